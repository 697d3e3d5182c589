import fc from 'fast-check';
import type { RequestOf } from '../../../broker';
import { parseRequest } from '../../../broker/protocol/parse';
import { Verbatim } from '../../../broker/protocol/verbatim';
import { runs } from '../../runs';

/** A JSON text as somebody may write it, and the same without white space. */
interface Written {
  readonly spaced: string;
  readonly bare: string;
}

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const same = (text: string): Written => ({ spaced: text, bare: text });
const number = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/),
  fc.stringMatching(/^-?(0|[1-9]\d{0,2})(\.\d{1,3})?([eE][+-]?\d)?$/),
  fc.stringMatching(/^-?0\.0{0,9}\d{1,9}$/),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
// As JSON.stringify writes them: it writes the payload wherever no number is in danger.
const scalar = fc.oneof(
  number,
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('true', 'false', 'null', '"\\\\"', '"{[,]}: \\""'),
);

/** Elements, with white space wherever there may be some. */
const joined = (open: string, close: string, parts: readonly (readonly [Written, string])[], inner: string) => ({
  spaced: `${open}${inner}${parts.map(([{ spaced }, after]) => spaced + after).join(`,${inner}`)}${close}`,
  bare: `${open}${parts.map(([{ bare }]) => bare).join(',')}${close}`,
});

const { value } = fc.letrec<{ value: Written }>((tie) => {
  const parts = fc.array(fc.tuple(tie('value'), space), { maxLength: 4 });
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar.map(same),
      fc.tuple(parts, space).map(([parts, inner]) => joined('[', ']', parts, inner)),
      fc.tuple(parts, space).map(([parts, inner]) => {
        const members = parts.map(([{ spaced, bare }, after], index): [Written, string] => {
          const key = JSON.stringify(`k"${index}`);
          return [{ spaced: `${key}${inner}:${inner}${spaced}`, bare: `${key}:${bare}` }, after];
        });
        return joined('{', '}', members, inner);
      }),
    ),
  };
});

function published(text: string): RequestOf<'publish'> {
  const parsed = parseRequest(text);
  if (!('request' in parsed) || parsed.request.action !== 'publish') throw new Error(`not a publish: ${text}`);
  return parsed.request;
}

/** A payload as it is stored. */
const written = (payload: unknown): string => (payload instanceof Verbatim ? payload.text : JSON.stringify(payload));

it('stays as it was published, without the white space', () => {
  fc.assert(
    fc.property(value, space, ({ spaced, bare }, at) => {
      const text = `${at}{${at}"payload"${at}:${at}${spaced}${at},"queue":"q","event":"payload","action":"publish"${at}}${at}`;
      const { payload } = published(text);
      expect(written(payload)).toBe(bare);
      expect(JSON.stringify(payload)).toBe(JSON.stringify(JSON.parse(text).payload));
    }),
    { numRuns: runs(1_000) },
  );
});

it('stays so in each of several messages', () => {
  fc.assert(
    fc.property(fc.array(fc.option(value), { minLength: 1, maxLength: 5 }), space, (payloads, at) => {
      const messages = payloads.map(
        (payload) =>
          `{"event":"add"${payload === null ? '' : `,${at}"payload":${at}${payload.spaced}`},"headers":{"payload":"x"}}`,
      );
      const text = `{"action":"publish","queue":"messages","messages":${at}[${at}${messages.join(`,${at}`)}${at}]}`;
      const read = published(text).messages?.map(({ payload }) =>
        payload === undefined ? undefined : written(payload),
      );
      expect(read).toEqual(payloads.map((payload) => payload?.bare));
    }),
    { numRuns: runs(1_000) },
  );
});

it.each([
  ['{"action":"publish","queue":"q","event":"add","payload":1.0,"payload":{"payload":2.0}}', '{"payload":2.0}'],
  ['{"action":"publish","queue":"q","event":"add","p\\u0061yload":12345678901234567890}', '12345678901234567890'],
  ['{"action":"publish","queue":"q","event":"add","later":{"payload":1},"payload":-0}', '-0'],
  [
    '{"action":"publish","queue":"q","event":"add","payload":{"b":1e400,"a":"\\u00e9\\/"}}',
    '{"b":1e400,"a":"\\u00e9\\/"}',
  ],
])('of %s is %s', (text, payload) => {
  expect(written(published(text).payload)).toBe(payload);
});

it('is none where only what is not known yet has one', () => {
  const text = '{"action":"publish","queue":"q","event":"add","later":[{"payload":1.0}]}';
  expect(published(text).payload).toBeUndefined();
});

it('is that of the last where messages come twice', () => {
  const again =
    '{"action":"publish","queue":"q","messages":[{"event":"a","payload":1.0},5],"messages":[{"event":"b"}]}';
  expect(published(again).messages).toEqual([{ event: 'b', payload: undefined }]);
  expect(published(again.replace('[{"event":"a","payload":1.0},5]', '1e4')).messages).toHaveLength(1);
});
