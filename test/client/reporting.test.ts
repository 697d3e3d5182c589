import type { HoldfastError } from '../../client';
import { aConnectedWorld } from './fake/client';
import { turn } from './fake/time';

it('tells that there is no credential, and why, where the function for the next one fails', async () => {
  const reason = new Error('the session is over');
  let tokens = 0;
  const { holdfast, server } = await aConnectedWorld({
    token: async () => {
      tokens += 1;
      if (tokens > 1) throw reason;
      return 't1';
    },
  });
  const errors: HoldfastError[] = [];
  holdfast.on('error', (error) => errors.push(error));
  server.last.say({ type: 'error', code: 'unauthenticated', message: 'it has expired', retryable: false });
  await turn();
  expect(errors).toMatchObject([
    { code: 'unauthenticated', message: 'it has expired' },
    { code: 'unauthenticated', cause: reason },
  ]);
});
