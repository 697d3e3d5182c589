import { aClient, aQueue } from './fresh';
import { connect } from './wire';

/** Publishes a payload as this JSON text; the payload that arrives, and the text of its frame. */
async function roundTrip(json: string) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  let text = '';
  wire.socket.on('message', (data) => {
    if (String(data).startsWith('{"type":"messages"')) text = String(data);
  });
  await wire.subscribe(queue);
  wire.send(`{"action":"publish","queue":${JSON.stringify(queue)},"event":"add","payload":${json}}`);
  const [message] = await wire.receive(queue, 1);
  return { payload: message?.payload, text };
}

it.each([
  ['null', 'null'],
  ['true', 'true'],
  ['zero', '0'],
  ['a fraction', '-0.1'],
  ['the largest safe integer', '9007199254740991'],
  ['a large exponent', '1.5e300'],
  ['an empty string', '""'],
  ['a string of quotes and backslashes', '"\\"\\\\\\"\\u0000\\u001f"'],
  ['letters and emoji of every plane', '"naïve – 漢字 – 👩‍👩‍👧 – \u2028"'],
  ['half of a surrogate pair', '"\\ud83d"'],
  ['an empty object', '{}'],
  ['an empty array', '[]'],
  ['nested values', '{"a":[1,{"b":[null,{"c":"d"}]}],"e":{}}'],
  ['keys of every kind', '{"":1," ":2,"toString":3,"constructor":{"prototype":4},"length":5}'],
])('delivers %s as it was published', async (_what, json) => {
  const { payload } = await roundTrip(json);
  expect(JSON.stringify(payload)).toBe(JSON.stringify(JSON.parse(json)));
});

const LETTERS = '{"id":12345678901234567890,"rate":1.10,"far":1e400,"zero":-0,"name":"\\u00e9","id":2}';

it('delivers numbers as they were written, however many digits they have', async () => {
  expect((await roundTrip(LETTERS)).text).toContain(`"payload":${LETTERS},`);
  const spaced = LETTERS.replaceAll(/[:,{}]/g, ' $&\n\t');
  expect((await roundTrip(spaced)).text).toContain(`"payload":${LETTERS},`);
});

it('lists a dead letter to the letter, and delivers it so again', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const texts: string[] = [];
  wire.socket.on('message', (data) => texts.push(String(data)));
  await wire.subscribe(queue);
  const messages = `[{"event":"add","payload":1},{"event":"add","payload":${LETTERS}}]`;
  wire.send(`{"action":"publish","queue":${JSON.stringify(queue)},"messages":${messages}}`);
  await wire.receive(queue, 2);
  await wire.request({ action: 'reject', queue, seqs: [2] });
  await wire.list('deadLetters', { queue });
  expect(texts.findLast((text) => text.includes('"type":"list"'))).toContain(`"payload":${LETTERS}`);
  await wire.request({ action: 'redrive', queue });
  await wire.receive(queue, 1);
  expect(texts.findLast((text) => text.includes('"type":"messages"'))).toContain(`"payload":${LETTERS},`);
});

it('delivers a key called __proto__ like any other', async () => {
  const json = '{"__proto__":{"admin":true},"a":{"__proto__":[1]}}';
  const { payload } = await roundTrip(json);
  expect(JSON.stringify(payload)).toBe(json);
});

it('delivers null where no payload was published', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.request({ action: 'publish', queue, event: 'add' });
  expect(await wire.receive(queue, 1)).toMatchObject([{ payload: null, headers: {} }]);
});

it('delivers a text close to the largest', async () => {
  const large = 'x'.repeat(29_500);
  expect((await roundTrip(JSON.stringify(large))).payload).toBe(large);
});

it('counts bytes, not characters: delivers 9,800 characters of three bytes each', async () => {
  const large = '漢'.repeat(9_800);
  expect((await roundTrip(JSON.stringify(large))).payload).toBe(large);
});

it('delivers 1,000 arrays in one another', async () => {
  const json = `${'['.repeat(1_000)}${']'.repeat(1_000)}`;
  expect((await roundTrip(json)).text).toContain(json);
});

it.each([
  ['names of every kind', '{"traceparent":"00-4bf9-00f0-01","":"empty","Ünï code":"漢字","toString":"","length":"9"}'],
  ['a name that every object has', '{"__proto__":"x","constructor":"y"}'],
])('delivers headers as they were published: %s', async (_what, headers) => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  wire.send(`{"action":"publish","queue":${JSON.stringify(queue)},"event":"add","headers":${headers}}`);
  const [message] = await wire.receive(queue, 1);
  expect(JSON.stringify(message?.headers)).toBe(headers);
});
