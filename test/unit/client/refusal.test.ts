import { reasonOf } from '../../../client/refusal';

async function* answer(chunks: readonly string[], fault?: Error) {
  for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  if (fault) throw fault;
}

const reason = (statusCode: number, chunks: readonly string[], fault?: Error) =>
  reasonOf({ statusCode, [Symbol.asyncIterator]: () => answer(chunks, fault) });

test('A refusal says what the server says, however it comes in pieces', async () => {
  expect(await reason(401, ['the credential ended on 23\xe2\x80', '\xafNovember\n'])).toBe(
    'the server refused the connection with 401: the credential ended on 23\u202fNovember',
  );
});

test.each([
  ['nothing', []],
  ['what API Gateway says', ['{"message":"Unauthorized", "connectionId":"a", "requestId":"b"}']],
  ['a page', ['<!doctype html><title>No</title>']],
  ['many lines', ['No.\nNo.\n']],
  ['more than a line', ['no '.repeat(1_000)]],
])('Where a server says no reason but %s, it says what to do', async (_what, chunks) => {
  expect(await reason(401, chunks)).toMatch(/with 401: see whether the URL, the token and the clientId are good$/);
});

test('An answer that breaks off says what it said until then', async () => {
  expect(await reason(400, ['a handshake has no body'], new Error('aborted'))).toMatch(
    /with 400: a handshake has no body$/,
  );
});
