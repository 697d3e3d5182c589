import { aConnectedWorld } from './fake/client';
import { answered, type Received } from './fake/server';
import { turn } from './fake/time';

/** A server that takes no token but one, and whose connection began with another. */
const taking = (good: string) => {
  let isGood = false;
  return (request: Received): object | undefined => {
    if (request.action === 'auth') {
      isGood = request.token === good;
      if (isGood) return { type: 'authenticated', clientId: 'billing' };
    }
    if (isGood) return answered(request);
    return { type: 'error', code: 'unauthenticated', message: 'your credential has expired', retryable: false };
  };
};

it('renews an expired credential in session, and repeats what was refused for it', async () => {
  let tokens = 0;
  const { holdfast, server } = await aConnectedWorld({ token: async () => `t${++tokens}` });
  server.answer = taking('t2');
  const published = await Promise.all([holdfast.publish('a', 'created'), holdfast.publish('b', 'created')]);
  expect(published).toHaveLength(2);
  expect(server.sockets).toHaveLength(1);
  expect(server.last.sent('auth').map(({ token }) => token)).toEqual(['t2']);
});

it('rejects what was refused when the next credential is refused too', async () => {
  const { holdfast, server } = await aConnectedWorld({ token: () => 'bad' });
  server.answer = taking('good');
  await expect(holdfast.publish('a', 'created')).rejects.toMatchObject({ code: 'unauthenticated', retryable: false });
  expect(server.last.sent('auth')).toHaveLength(1);
});

it('rejects what was refused where the credential cannot change', async () => {
  const { holdfast, server } = await aConnectedWorld({ token: 'bad' });
  server.answer = taking('good');
  await expect(holdfast.publish('a', 'created')).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(server.last.sent('auth')).toEqual([]);
});

it('renews the credential where an ack was refused, which nobody waits for', async () => {
  let tokens = 0;
  const { holdfast, server } = await aConnectedWorld({ token: () => `t${++tokens}` });
  const errors: string[] = [];
  holdfast.on('error', ({ code }) => errors.push(code));
  server.answer = taking('t2');
  server.last.say({ type: 'error', code: 'unauthenticated', message: 'it has expired', retryable: false });
  await turn();
  expect(server.last.sent('auth').map(({ token }) => token)).toEqual(['t2']);
  expect(errors).toEqual(['unauthenticated']);
});

it('rejects what was refused when the next credential does not come in 30 s, and asks for it anew later', async () => {
  const tokens = ['t1', new Promise<string>(() => {}), 't2'];
  const { holdfast, server, time } = await aConnectedWorld({ token: () => tokens.shift() ?? 't2' });
  server.answer = taking('t2');
  const refused = expect(holdfast.publish('a', 'created')).rejects.toMatchObject({ code: 'unauthenticated' });
  await time.pass(30_000);
  await refused;
  await expect(holdfast.publish('a', 'created')).resolves.toMatchObject({ duplicate: false });
});
