import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { freePort, launch, versionOf } from './launch';
import { end, type Payload, type Peer } from './peer';

const WINDOW = 1_000;

/** Mosquitto: quality of service 1, sessions that persist. Its client acknowledges a message once it was handled. */
export const mosquitto: Peer = {
  name: 'Mosquitto',
  confirms: 'it is in memory (saved every 30 minutes)',
  version: () => versionOf('mosquitto', '-h'),
  start: async (folder) => {
    const port = await freePort();
    const settings = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      'user root',
      'max_queued_messages 0',
      `max_inflight_messages ${WINDOW}`,
      'set_tcp_nodelay true',
    ];
    const file = join(folder, 'mosquitto.conf');
    await writeFile(file, `${settings.join('\n')}\n`);
    const server = await launch('mosquitto', ['-c', file], port);
    const open = (clientId: string, clean: boolean): Promise<MqttClient> =>
      connectAsync(`mqtt://127.0.0.1:${port}`, { clientId, clean, reconnectPeriod: 0 });
    return {
      publisher: async (queue) => {
        const client = await open(`publisher of ${queue}`, true);
        return {
          publish: async (payload) => {
            await client.publishAsync(queue, JSON.stringify(payload), { qos: 1 });
          },
          close: () => client.endAsync(),
        };
      },
      subscriber: async (queue, name, onMessage) => {
        // Who was subscribed before is sent what it missed as soon as it is connected.
        const { connect } = await import('mqtt');
        const client = connect(`mqtt://127.0.0.1:${port}`, { clientId: name, clean: false, reconnectPeriod: 0 });
        client.on('message', (_topic, bytes) => onMessage(JSON.parse(bytes.toString()) as Payload));
        await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
        await client.subscribeAsync(queue, { qos: 1 });
        return { close: () => client.endAsync() };
      },
      stop: () => end(server),
    };
  },
};
