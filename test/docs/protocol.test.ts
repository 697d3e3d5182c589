import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestSchema, serverFrameSchema } from '../../broker/protocol';

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
