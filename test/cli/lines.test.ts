import { Readable } from 'node:stream';
import { Patience } from '../../cli/patience';
import { LineFailed, payloadLines } from '../../cli/publish/lines';
import { publishLines } from '../../cli/publish/many';
import { asText, fromJson, readHeaders } from '../../cli/publish/payload';
import { pause } from '../conformance/patience';

type Publish = Parameters<typeof publishLines>[0]['publish'];

const inputOf = (chunks: readonly (string | Buffer)[]) =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );

async function read(chunks: readonly (string | Buffer)[], payload = fromJson): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of payloadLines(inputOf(chunks), payload)) lines.push(line);
  return lines;
}

test('Each line is a payload, with its number and how far the input is read; empty lines are passed over', async () => {
  expect(await read(['{"id":1}\n\n', '"zwei', 'ä"\r\n3'])).toEqual([
    { number: 1, read: 9, payload: { id: 1 } },
    { number: 3, read: 19, payload: 'zweiä' },
    { number: 4, read: 21, payload: 3 },
  ]);
});

test('With --text a line is a string as it stands', async () => {
  expect(await read(['{"id":1}\nhello\n'], asText)).toEqual([
    expect.objectContaining({ payload: '{"id":1}' }),
    expect.objectContaining({ payload: 'hello' }),
  ]);
});

test('A line that is not JSON is told by its number', async () => {
  await expect(read(['1\n2\n{oops}\n4\n'])).rejects.toThrow(LineFailed);
  await expect(read(['1\n2\n{oops}\n4\n'])).rejects.toThrow(/^line 3: \{oops\} is not JSON/);
});

test('A line that is not UTF-8 is refused by its number, also with --text; others are taken as they are', async () => {
  const latin1 = Buffer.from('"caf\xe9"\n', 'latin1');
  for (const payload of [fromJson, asText])
    await expect(read(['1\n', latin1, '3\n'], payload)).rejects.toThrow(/^line 2: it is not UTF-8/);
  const whole = Buffer.from('"café \ufffd \u2028"\n');
  expect(await read([whole.subarray(0, 5), whole.subarray(5)])).toEqual([
    expect.objectContaining({ payload: 'café \ufffd \u2028' }),
  ]);
});

test('A payload that is not JSON is refused with the two ways to write a text', () => {
  expect(() => fromJson('hello')).toThrow(/^hello is not JSON: .*'"text"'.*--text/);
});

test('Headers are read as name=value, and the value may have a = of its own', () => {
  expect(readHeaders(['traceparent=00-ab', 'query=a=b', 'empty='])).toEqual({
    traceparent: '00-ab',
    query: 'a=b',
    empty: '',
  });
  for (const text of ['none', '=value', '']) expect(() => readHeaders([text])).toThrow(/expected name=value/);
});

describe('A failure among lines that are published', () => {
  const batch = { queue: 'q', event: 'e', headers: {}, idPrefix: undefined };
  const answered = (payload: unknown) => Promise.resolve({ seq: 1, id: String(payload), duplicate: false });

  test('is told with how many were published, once all that were sent are answered', async () => {
    const late = { publish: (_: string, __: string, payload: unknown) => pause(50).then(() => answered(payload)) };
    const failed = publishLines(late, inputOf(['1\n2\n{oops}\n4\n']), fromJson, batch, new Patience(5));
    await expect(failed).rejects.toThrow(/^line 3: .*\(2 published; the lines from 3 on may not be\)$/);
  });

  test('is the first one in the input, though a later one failed sooner', async () => {
    const publish = (_: string, __: string, payload: unknown) =>
      pause(50).then(() => (payload === 2 ? Promise.reject(new Error('refused')) : answered(payload)));
    const failed = publishLines({ publish }, inputOf(['1\n2\n3\n{oops}\n5\n']), fromJson, batch, new Patience(5));
    await expect(failed).rejects.toThrow('line 2: refused (2 published; the lines from 2 on may not be)');
  });

  test('is that none is answered any more; answers that come one after the other are waited for', async () => {
    const publish: Publish = (_, __, payload, options) =>
      payload === 'lost'
        ? new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)))
        : pause(Number(payload)).then(() => answered(payload));
    const lines = (text: string) => publishLines({ publish }, inputOf([text]), fromJson, batch, new Patience(0.3));
    expect(await lines('200\n400\n600\n')).toEqual({ published: 3, duplicates: 0 });
    await expect(lines('1\n"lost"\n')).rejects.toThrow(
      /^line 2: there was no answer within 0.3 s: .* \(1 published; the lines from 2 on may not be\)$/,
    );
  });
});
