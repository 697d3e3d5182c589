import { AckPolicy, type JsMsg, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Cumulative } from './cumulative';
import { freePort, launch, versionOf } from './launch';
import { type Broker, end, type Payload, type Peer } from './peer';

const WINDOW = 1_000;

/**
 * NATS JetStream, file storage; every subscriber is a durable pull consumer, as its client recommends, and acknowledges
 * what came in a turn at once.
 */
export const nats: Peer = {
  name: 'NATS JetStream',
  confirms: 'the operating system has it (synced every 2 minutes)',
  version: () => versionOf('nats-server', '--version'),
  start: async (folder) => {
    const port = await freePort();
    const server = await launch('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], port);
    const open = () => connect({ servers: `127.0.0.1:${port}` });
    const manager = await open();
    const streams = await jetstreamManager(manager);
    const stream = async (queue: string) => {
      await streams.streams.add({
        name: queue,
        subjects: [queue],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
      });
    };
    const broker: Broker = {
      publisher: async (queue) => {
        await stream(queue);
        const connection = await open();
        const js = jetstream(connection);
        return {
          publish: async (payload) => {
            await js.publish(queue, JSON.stringify(payload));
          },
          close: () => connection.drain(),
        };
      },
      subscriber: async (queue, name, onMessage) => {
        await stream(queue);
        await streams.consumers.add(queue, {
          durable_name: name,
          ack_policy: AckPolicy.All,
          max_ack_pending: WINDOW,
        });
        const connection = await open();
        const consumer = await jetstream(connection).consumers.get(queue, name);
        const acks = new Cumulative<JsMsg>((message) => message.ack());
        const consumption = await consumer.consume({
          max_messages: WINDOW,
          callback: (message) => {
            onMessage(message.json<Payload>());
            acks.handled(message);
          },
        });
        return {
          close: async () => {
            acks.flush();
            consumption.stop();
            await connection.drain();
          },
        };
      },
      stop: async () => {
        await manager.close();
        await end(server);
      },
    };
    return broker;
  },
};
