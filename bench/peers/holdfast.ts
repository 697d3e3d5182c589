import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Client from '../../client';
import { BenchClient } from '../client';
import { startServer } from '../server';
import type { Broker, Payload, Peer, Publisher, Subscriber } from './peer';

const WINDOW = 1_000;

/** As it is shipped, and as programs load it. */
const { connect }: typeof Client = createRequire(__filename)('../../dist/client.cjs');

type Durability = 'fsync' | 'os';

const CONFIRMS = { fsync: 'it is on disk', os: 'the operating system has it' };

/** How programs talk to it: which publisher, and which subscriber. */
type Way = (url: string) => Pick<Broker, 'publisher' | 'subscriber'>;

/** Through its client, which sends what is published in one turn as one frame, and gathers acknowledgements. */
const throughClient: Way = (url) => ({
  publisher: async (queue): Promise<Publisher> => {
    const holdfast = await connect(url, { clientId: 'publisher' });
    return {
      publish: async (payload) => {
        await holdfast.publish(queue, 'e', payload);
      },
      close: () => holdfast.close(),
    };
  },
  subscriber: async (queue, name, onMessage): Promise<Subscriber> => {
    const holdfast = await connect(url, { clientId: name });
    const subscription = holdfast.subscribe(queue, { maxInFlight: WINDOW });
    const reading = (async () => {
      for await (const { payload } of subscription) onMessage(payload as Payload);
    })();
    return {
      close: async () => {
        await holdfast.close();
        await reading;
      },
    };
  },
});

/** With each publish in a frame of its own, and an ack for every frame of messages. */
export const ownFrames: Way = (url) => ({
  publisher: async (queue): Promise<Publisher> => {
    const client = await BenchClient.connect(url, 'publisher');
    const waiting: (() => void)[] = [];
    client.onReply = ({ type }) => {
      if (type === 'published') waiting.shift()?.();
    };
    return {
      publish: (payload) =>
        new Promise((resolve) => {
          waiting.push(resolve);
          client.sendTogether({ action: 'publish', queue, event: 'e', payload });
        }),
      close: () => client.close(),
    };
  },
  subscriber: async (queue, name, onMessage): Promise<Subscriber> => {
    const client = await BenchClient.connect(url, name, (messages, from, receiver) => {
      for (const { payload } of messages) onMessage(payload as Payload);
      receiver.send({ action: 'ack', queue: from, upTo: messages.at(-1)?.seq });
    });
    await client.request({ action: 'subscribe', queue, maxInFlight: WINDOW });
    return { close: () => client.close() };
  },
});

const peer = (name: string, durability: Durability, way: Way): Peer => ({
  name: `${name}, ${durability}`,
  confirms: CONFIRMS[durability],
  version: () => JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')).version,
  start: async (folder) => {
    const server = await startServer(join(folder, 'data'), ['--durability', durability]);
    return { ...way(server.url), stop: () => server.stop() };
  },
});

export const holdfast: readonly Peer[] = [
  peer('Holdfast by its client', 'os', throughClient),
  peer('Holdfast by single frames', 'os', ownFrames),
  peer('Holdfast by its client', 'fsync', throughClient),
  peer('Holdfast by single frames', 'fsync', ownFrames),
];
