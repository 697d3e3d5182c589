import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualClock } from '../../adapters/memory';
import { type ClientId, type ConnectionId, DEFAULT_QUOTAS, parseRequest, Rates } from '../../broker';
import {
  BATCH_MESSAGES,
  CURSOR_CHARACTERS,
  DEFAULT_SETTINGS,
  KEPT_REASON,
  MESSAGE_BYTES,
  REASON_CHARACTERS,
  SUBSCRIPTION_EVENTS,
  TOKEN_CHARACTERS,
  WINDOW_MESSAGES,
} from '../../broker/model/limits';
import { requestSchema, serverFrameSchema } from '../../broker/protocol';
import { errorFrame } from '../../broker/usecases/answer';

const document = readFileSync(join(__dirname, '../../docs/protocol.md'), 'utf8');

/** An example of the document: the line its fence is on, and the JSON text in it. */
type Example = readonly [line: number, json: string];

/** The blocks fenced as ```json request or ```json frame. */
function examples(kind: 'request' | 'frame'): Example[] {
  const fences = document.matchAll(new RegExp(`^\`\`\`json ${kind}\\n([^]*?)^\`\`\`$`, 'gm'));
  return Array.from(fences, ({ index, 1: json = '' }) => [document.slice(0, index).split('\n').length, json]);
}

const requests = examples('request');
const frames = examples('frame');

// What a schema does not know it drops: an example that comes out as it went in has no field too many either.
it.each(requests)('the request in line %d is one, as it stands', (_line, json) => {
  const example: unknown = JSON.parse(json);
  expect(requestSchema.parse(example)).toEqual(example);
});

it.each(frames)('the frame in line %d is one, as it stands', (_line, json) => {
  const example: unknown = JSON.parse(json);
  expect(serverFrameSchema.parse(example)).toEqual(example);
});

it('marks every block that is a frame', () => {
  expect(document.match(/^```json$/gm)).toBeNull();
});

it('has an example of every action', () => {
  const shown = new Set(requests.map(([, json]) => requestSchema.parse(JSON.parse(json)).action));
  const actions = requestSchema.def.options.flatMap(({ shape }) => shape.action.def.values);
  expect(actions.filter((action) => !shown.has(action))).toEqual([]);
});

it('has an example of every frame from the server', () => {
  const shown = new Set(frames.map(([, json]) => serverFrameSchema.parse(JSON.parse(json)).type));
  const types = serverFrameSchema.def.options.flatMap(({ shape }) => shape.type.def.values);
  expect(types.filter((type) => !shown.has(type))).toEqual([]);
});

it.each(requestSchema.def.options.map(({ shape }) => [shape.action.def.values[0], Object.keys(shape)] as const))(
  'names every field of %s in the table of its section',
  (action, fields) => {
    const heading = document.search(new RegExp(`^##+ ${action}$`, 'm'));
    const end = document.slice(heading + 3).search(/^##+ /m);
    const section = document.slice(heading, heading + 3 + end);
    const own = fields.filter((field) => field !== 'action' && field !== 'ref');
    expect(own.filter((field) => !section.includes(`\`${field}\``))).toEqual([]);
  },
);

it('shows the refusal that a server gives', () => {
  const rates = new Rates({ ...DEFAULT_QUOTAS, 'connection.publishes': 100 }, manualClock());
  const publish = parseRequest('{"action":"publish","ref":"1","queue":"orders","event":"add"}');
  const caller = { client: 'shop' as ClientId, connection: 'one' as ConnectionId };
  const admitted = Array.from({ length: 101 }, () => rates.admit(caller, publish, 60).parsed);
  const refused = admitted.filter((parsed) => 'error' in parsed);
  const shown = frames.map(([, json]) => JSON.parse(json)).find(({ code }) => code === 'rate_limited');
  const reporter = { warn: () => undefined };
  expect(refused.map((parsed) => 'error' in parsed && errorFrame(parsed, parsed.error, reporter))).toEqual([shown]);
});

describe('the table of limits', () => {
  const section = document.slice(document.indexOf('## Defaults and limits'));
  const row = (what: string) => {
    const cells = section.match(new RegExp(`^\\| ${what} +\\|(.*)\\|(.*)\\|$`, 'm')) ?? [];
    return cells.slice(1).map((cell) => /\d[\d,]*/.exec(cell)?.[0].replaceAll(',', ''));
  };

  it.each([
    ['payload and headers of a message, as JSON', MESSAGE_BYTES],
    ['messages in one publish', BATCH_MESSAGES],
    ['events of one subscription', SUBSCRIPTION_EVENTS],
    ['seqs in one request', WINDOW_MESSAGES],
    ['`reason`', REASON_CHARACTERS],
    ['`cursor`', CURSOR_CHARACTERS],
    ['`token` in `auth`', TOKEN_CHARACTERS],
  ])('says how far it goes: %s', (what, most) => {
    expect(row(what)[1]).toBe(String(most));
  });

  it.each([
    ['subscriptions of one client', 'client.subscriptions'],
    ['connections of one client', 'client.connections'],
    ['largest window that a subscription may ask for', 'subscription.inFlight'],
  ] as const)('says what the quota is where nobody sets one: %s', (what, quota) => {
    expect(row(what)[0]).toBe(String(DEFAULT_SETTINGS.quotas[quota]));
  });

  it('says how much is kept of a reason', () => {
    expect(section).toContain(`the first ${KEPT_REASON} characters`);
  });
});
