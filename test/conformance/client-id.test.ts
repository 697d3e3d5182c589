import type { IncomingMessage } from 'node:http';
import { itNeeds } from './capabilities';
import { aClient } from './fresh';
import { connect, dial } from './wire';

/** The HTTP status that a handshake is refused with. */
const refusedWith = (clientId: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = dial({ clientId });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode);
    });
    socket.once('open', () => reject(new Error(`${clientId} was let in`)));
    socket.once('error', reject);
  });

it('takes every character a client id may have', async () => {
  const clientId = aClient('AZaz09._:@-');
  expect((await connect({ clientId })).clientId).toBe(clientId);
});

it('takes a client id of 128 characters', async () => {
  const clientId = aClient('x').padEnd(128, 'x');
  expect((await connect({ clientId })).clientId).toBe(clientId);
});

describe('refuses the handshake for a client id that', () => {
  itNeeds('handshakeStatus').each([
    ['has a space', 'has a space'],
    ['has a slash', 'team/billing'],
    ['has a letter beyond ASCII', 'büro'],
    ['has 129 characters', 'x'.repeat(129)],
  ])('%s', async (_what, clientId) => {
    expect(await refusedWith(clientId)).toBe(400);
  });
});
