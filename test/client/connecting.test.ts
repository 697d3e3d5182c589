import { connect, Holdfast, InvalidRequest } from '../../client';
import { FakeServer, FakeSocket } from './fake/server';
import { FakeTime } from './fake/time';

/** A WebSocket that does not take its URL. */
class Picky extends FakeSocket {
  constructor(url: string, protocols: string[]) {
    super(new FakeServer(), url, protocols);
    throw new SyntaxError(`${url} contains a fragment identifier`);
  }
}

it.each([
  ['the WebSocket does not take the URL', 'ws://fake/#x', Picky, 'fragment'],
  ['the URL is none', 'nonsense', new FakeServer().WebSocket, 'Invalid URL'],
])('rejects as invalid, with the cause, where %s', async (_what, url, webSocket, reason) => {
  const refused = connect(url, { webSocket, timers: new FakeTime() });
  await expect(refused).rejects.toBeInstanceOf(InvalidRequest);
  await expect(refused).rejects.toMatchObject({ field: 'url', cause: { message: expect.stringContaining(reason) } });
});

it('rejects with the reason of a signal that was aborted before', async () => {
  const { WebSocket, sockets } = new FakeServer();
  const refused = connect('ws://fake', { webSocket: WebSocket, signal: AbortSignal.abort('no need') });
  await expect(refused).rejects.toBe('no need');
  expect(sockets).toEqual([]);
});

it('throws at once, as any constructor of a URL, where a client is made in the background for what is none', () => {
  expect(() => new Holdfast('nonsense')).toThrow(expect.objectContaining({ name: 'TypeError' }));
});
