import { getEventListeners } from 'node:events';
import { connect } from '../../client';
import { aServer } from '../server/own';
import { aClientOf } from './clients';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a signal that outlives', () => {
  let server: { readonly url: string };
  const { signal } = new AbortController();

  beforeEach(async () => {
    server = await aServer();
  });

  // What a signal holds on to is never freed, with all that it refers to: the loop, its inbox and the messages in it.
  it.each<[string, () => Promise<void>]>([
    [
      'loops that were left',
      async () => {
        const holdfast = await aClientOf(server, { clientId: 'billing' });
        const loop = holdfast.subscribe('orders', { signal });
        await loop.ready;
        expect(listeners(signal)).toBe(1);
        await loop.return();
      },
    ],
    [
      'handlers that were stopped',
      async () => {
        const holdfast = await aClientOf(server, { clientId: 'billing' });
        const consumption = await holdfast.consume('orders', { signal }, () => undefined);
        expect(listeners(signal)).toBe(1);
        await consumption.stop();
      },
    ],
    [
      'handlers whose subscription was refused',
      async () => {
        const holdfast = await aClientOf(server, { clientId: 'billing' });
        await expect(holdfast.consume('', { signal }, () => undefined)).rejects.toMatchObject({ code: 'invalid' });
      },
    ],
    [
      'clients that were closed, with what they had',
      async () => {
        const holdfast = await connect(server.url, { clientId: 'billing', signal });
        await holdfast.subscribe('orders', { signal }).ready;
        await holdfast.consume('orders', { signal }, () => undefined);
        expect(listeners(signal)).toBe(3);
        await holdfast.close();
      },
    ],
  ])('%s keeps nothing of them', async (_what, live) => {
    await live();
    expect(listeners(signal)).toBe(0);
  });
});
