import * as fc from 'fast-check';
import { ERROR_CODES } from '../../../broker/protocol/errors';
import { parseRequest } from '../../../broker/protocol/parse';
import { requestSchema } from '../../../broker/protocol/requests';
import { parseRequest as parseCompiled } from '../../../server/parseRequest';
import { runs } from '../../runs';

const actions = requestSchema.def.options.flatMap(({ shape }): string[] => shape.action.def.values);
const fields = [
  ...new Set(requestSchema.def.options.flatMap(({ shape }) => Object.keys(shape))),
  '__proto__',
  'constructor',
  'time',
  'seq',
];

/** Values that are almost what some field wants, and all that JSON has. */
const values = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>('add', '*', '', 'new', 1, 0, -1, 1.5, 2 ** 53, [], ['add'], [1], {}, { seq: 1 }, null, true),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.oneof(fc.jsonValue(), fc.record({ event: fc.jsonValue(), id: fc.jsonValue() })), { maxLength: 5 }),
);

const frames = fc
  .tuple(fc.constantFrom(...actions), fc.array(fc.tuple(fc.constantFrom(...fields), values), { maxLength: 8 }))
  .map(([action, entries]) => {
    // Written by hand, so that a key may be __proto__ and come twice.
    const parts = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return `{${[`"action":${JSON.stringify(action)}`, ...parts].join(',')}}`;
  });

function expectSense(text: string): void {
  const parsed = parseRequest(text);
  if ('request' in parsed) {
    expect(actions).toContain(parsed.request.action);
    return;
  }
  const { code, message, field } = parsed.error;
  expect(ERROR_CODES).toContain(code);
  expect(['invalid', 'unknown_action']).toContain(code);
  expect(message).not.toBe('');
  expect(message).not.toMatch(/undefined|\[object|NaN|Invalid input/);
  if (!message.startsWith('frame ')) expect(field).toMatch(/./);
}

it('never throws, whatever text arrives', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), expectSense));
});

it('never throws, whatever JSON arrives', () => {
  fc.assert(fc.property(fc.json(), expectSense));
});

it('says of every frame that is almost right which field is wrong, and how', () => {
  fc.assert(fc.property(frames, expectSense), { numRuns: runs(1_000) });
});

it('reads the same with schemas that are compiled', () => {
  fc.assert(
    fc.property(frames, (text) => {
      expect(parseCompiled(text)).toEqual(parseRequest(text));
    }),
    { numRuns: runs(1_000) },
  );
});

it('reads a payload of any JSON as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (payload) => {
      const text = JSON.stringify({ action: 'publish', queue: 'q', event: 'add', payload });
      const parsed = parseRequest(text);
      expect('request' in parsed && parsed.request.action === 'publish' && JSON.stringify(parsed.request.payload)).toBe(
        JSON.stringify(payload),
      );
    }),
  );
});

it('reads a payload that is nested thousands deep, and refuses a name that is', () => {
  const deep = '['.repeat(16_000) + ']'.repeat(16_000);
  expect(parseRequest(`{"action":"publish","queue":"q","event":"add","payload":${deep}}`)).toHaveProperty('request');
  expect(parseRequest(`{"action":"subscribe","queue":${deep}}`)).toMatchObject({ error: { field: 'queue' } });
});
