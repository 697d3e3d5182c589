import * as fc from 'fast-check';
import { FRAME_BYTES } from '../../broker/model/limits';
import { requestSchema } from '../../broker/protocol/requests';

const actions = requestSchema.def.options.flatMap(({ shape }): string[] => shape.action.def.values);
const fields = [...new Set(requestSchema.def.options.flatMap(({ shape }) => Object.keys(shape)))];

/** Names that a program may take for something else. */
const TREACHEROUS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '$connect',
  '$disconnect',
  '$default',
  '*',
  '',
  ' ',
  '#',
  '0#q',
  '../..',
  'a\u0000b',
  '\u2028',
  '\ufeff',
  '\ud83d',
  '\udc00',
  '😀',
  'e\u0301',
];

/** JSON texts of numbers at and beyond the edges. */
const NUMBERS = [
  ...['0', '-0', '1', '2', '3', '-1', '1.5', '1e0', '1e3', '1e400', '-1e400', '1e-400', '0.1', '900', '901', '1000'],
  ...['2147483648', '9007199254740991', '9007199254740993', '1'.repeat(400), `0.${'3'.repeat(400)}`],
];

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('orders', 'invoices', 'add', 'delete', 'a', 'b', 'earliest', 'new') },
  { weight: 2, arbitrary: fc.constantFrom(...TREACHEROUS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('x', '"', '\u0001', '😀', '\\'), fc.nat(300)).map(repeated) },
);

function repeated([character, count]: [string, number]): string {
  return character.repeat(count);
}

/** Any value, as JSON text: what a field wants, what it almost wants, and what no field wants. */
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 6, arbitrary: name.map((text) => JSON.stringify(text)) },
    { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
    { weight: 2, arbitrary: fc.constantFrom('null', 'true', 'false', '{}', '[]', '[1,2,3]', '{"seq":1}') },
    { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => JSON.stringify({ time: date })) },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }).map((parts) => `[${parts.join(',')}]`) },
    { weight: 2, arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(objectText) },
  ),
}));

/** Written by hand: a key may be `__proto__`, and come twice. */
function objectText(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

/** What each field is meant to hold, so that many frames are understood and do something. */
const meant: Record<string, fc.Arbitrary<string>> = {
  ref: fc.constantFrom('"1"', '"r"', `"${'r'.repeat(64)}"`),
  queue: fc.constantFrom('"orders"', '"invoices"', '"__proto__"', '"#"', `"${'😀'.repeat(128)}"`),
  event: fc.constantFrom('"add"', '"delete"', '"constructor"', `"${'\\u0022'.repeat(128)}"`),
  events: fc.constantFrom('["add"]', '["*"]', '["add","delete"]', '["__proto__"]'),
  messages: fc.constantFrom('[{"event":"add"}]', '[{"event":"add","id":"7"},{"event":"delete","payload":[1]}]'),
  headers: fc.constantFrom('{}', '{"a":"b"}', '{"__proto__":"x"}'),
  id: fc.constantFrom('"7"', '"__proto__"', '"\\u0000"', `"${'\\u0001'.repeat(128)}"`),
  seqs: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }).map((seqs) => JSON.stringify(seqs)),
  seq: fc.integer({ min: 1, max: 12 }).map(String),
  upTo: fc.integer({ min: 1, max: 12 }).map(String),
  from: fc.constantFrom('"new"', '"earliest"', '{"seq":1}', '{"time":"2026-11-01T00:00:00Z"}'),
  to: fc.constantFrom('"new"', '"earliest"', '{"seq":3}', '{"time":"2026-11-01T00:00:00+23:59"}'),
  what: fc.constantFrom('"clients"', '"queues"', '"subscriptions"', '"deadLetters"'),
  clientId: fc.constantFrom('"alice"', '"bob"', '"constructor"'),
  limit: fc.constantFrom('1', '2', '100'),
  delay: fc.constantFrom('0', '1', '900'),
  seconds: fc.constantFrom('1', '900'),
};

/** A frame of an action, most of whose fields are as they should be. */
const almostRight = fc
  .constantFrom(...requestSchema.def.options)
  .chain(({ shape }) => {
    const own = Object.keys(shape).filter((field) => field !== 'action');
    const field = (of: string) =>
      fc.tuple(fc.constant(of), fc.oneof({ weight: 8, arbitrary: meant[of] ?? value }, value));
    const stray = fc.tuple(fc.constantFrom(...fields, ...TREACHEROUS), value);
    const action = fc.tuple(fc.constant('action'), fc.constant(JSON.stringify(shape.action.def.values[0])));
    const strays = fc.array(stray, { maxLength: 2 });
    return fc.tuple(
      action,
      fc.subarray(own).chain((some) => fc.tuple(...some.map(field))),
      strays,
    );
  })
  .map(([action, own, strays]) => objectText([...strays, action, ...own]));

/** A frame whose fields have nothing to do with each other. */
const jumbled = fc
  .array(fc.tuple(fc.constantFrom('action', 'ref', ...fields, ...TREACHEROUS), fc.oneof(value, actionText())), {
    maxLength: 8,
  })
  .map(objectText);

function actionText(): fc.Arbitrary<string> {
  return fc.constantFrom(...actions, ...TREACHEROUS).map((action) => JSON.stringify(action));
}

/** What was a frame, until a few characters were lost, doubled or changed on the way. */
const damaged = fc
  .tuple(
    almostRight,
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3), fc.string()), { maxLength: 3 }),
  )
  .map(([text, wounds]) =>
    wounds.reduce((left, [where, length, instead]) => {
      const at = Math.floor(where * left.length);
      return left.slice(0, at) + instead + left.slice(at + length);
    }, text),
  );

/** Up to 32 KB of the same again, in every place where something can stand. */
const enormous = fc
  .tuple(
    fc.constantFrom(
      'x',
      '[',
      '{"a":',
      '"',
      '\\u0000',
      '😀',
      '\ud800',
      '1',
      ' ',
      ',',
      '{"event":"e"},',
      '\\',
      'e\u0301',
    ),
    fc.constantFrom(
      ['', ''],
      ['{"action":"publish","queue":"orders","event":"add","payload":', '}'],
      ['{"action":"publish","queue":"orders","event":"add","payload":"', '"}'],
      ['{"action":"publish","queue":"orders","event":"add","headers":{"a', '":1}}'],
      ['{"action":"publish","queue":"orders","messages":[', '{"event":"e"}]}'],
      ['{"action":"publish","queue":"', '","event":"add"}'],
      ['{"action":"subscribe","queue":"orders","events":["', '"]}'],
      ['{"action":"subscribe","queue":"orders","from":{"time":"', '"}}'],
      ['{"action":"ack","queue":"orders","seqs":[1', ']}'],
      ['{"action":"list","what":"queues","cursor":"', '"}'],
      ['{"action":"', '"}'],
      ['{"action":"ping","ref":"', '"}'],
      ['{"action":"ping","', '":1}'],
    ),
    fc.nat(FRAME_BYTES),
  )
  .map(([part, [before = '', after = ''], bytes]) => {
    const room = Math.max(0, bytes - Buffer.byteLength(before + after));
    return before + part.repeat(Math.floor(room / Buffer.byteLength(part))) + after;
  });

/** `[[[[…]]]]` and `{"a":{"a":…}}`, as deep as a frame lets them. */
const deep = fc
  .tuple(
    fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}']),
    fc.constantFrom(10, 1_000, 5_000),
    fc.constantFrom('queue', 'payload', 'headers', 'events', 'from'),
  )
  .map(([[open, close], depth, field]) => {
    const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
    return `{"action":"publish","queue":"orders","event":"add","${field}":${nested}}`;
  });

/** Any frame that a client can send: most of a few dozen bytes, some of up to 32 KB. */
export const anyFrame: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: almostRight },
  { weight: 12, arbitrary: jumbled },
  { weight: 12, arbitrary: damaged },
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 6, arbitrary: fc.json() },
  { weight: 2, arbitrary: enormous },
  { weight: 1, arbitrary: deep },
);

/** How many frames each of these tests sends: a few in every run, many by `npm run fuzz`. */
export const FRAMES = Number(process.env.HOLDFAST_FUZZ ?? 8_000);

/** Frames that are sent one after the other into the same world. */
export const SEQUENCE = 50;
