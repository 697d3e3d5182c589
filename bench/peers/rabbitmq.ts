import { type ConsumeMessage, connect } from 'amqplib';
import { Cumulative } from './cumulative';
import { freePort, launch, versionOf } from './launch';
import { end, type Payload, type Peer } from './peer';

const WINDOW = 1_000;

/**
 * RabbitMQ: a durable queue for each subscriber behind a fan-out exchange, persistent messages, publisher confirms. A
 * subscriber acknowledges what came in a turn at once.
 */
export const rabbitmq: Peer = {
  name: 'RabbitMQ',
  // `rabbit_queue_index:sync/1`: a confirm of a persistent message waits for the sync of the index, which has messages
  // below 4 KB in it; or for the acks of all its subscribers.
  confirms: 'it is on disk (synced in groups), or acked',
  version: () => versionOf('rabbitmqctl', 'version'),
  start: async (folder) => {
    const port = await freePort();
    const distribution = await freePort();
    const server = await launch('/usr/lib/rabbitmq/bin/rabbitmq-server', [], port, {
      HOME: folder,
      RABBITMQ_NODENAME: `bench${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: folder,
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_CONFIG_FILE: `${folder}/none`,
    });
    const open = () => connect(`amqp://127.0.0.1:${port}`, { noDelay: true });
    return {
      publisher: async (queue) => {
        const connection = await open();
        const channel = await connection.createConfirmChannel();
        await channel.assertExchange(queue, 'fanout', { durable: true });
        return {
          publish: (payload) =>
            new Promise((resolve, reject) => {
              const content = Buffer.from(JSON.stringify(payload));
              channel.publish(queue, '', content, { persistent: true }, (error) => (error ? reject(error) : resolve()));
            }),
          close: async () => {
            // A delivery may overtake its confirm; closing before it would fail the publish.
            await channel.waitForConfirms();
            await connection.close();
          },
        };
      },
      subscriber: async (queue, name, onMessage) => {
        const connection = await open();
        const channel = await connection.createChannel();
        await channel.assertExchange(queue, 'fanout', { durable: true });
        const own = `${queue} ${name}`;
        await channel.assertQueue(own, { durable: true });
        await channel.bindQueue(own, queue, '');
        await channel.prefetch(WINDOW);
        const acks = new Cumulative<ConsumeMessage>((message) => channel.ack(message, true));
        await channel.consume(own, (message) => {
          if (message === null) return;
          onMessage(JSON.parse(message.content.toString()) as Payload);
          acks.handled(message);
        });
        return {
          close: async () => {
            acks.flush();
            await channel.close();
            await connection.close();
          },
        };
      },
      stop: () => end(server),
    };
  },
};
