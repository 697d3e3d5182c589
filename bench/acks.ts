import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { connect } from '../client';
import { payload } from './client';
import type { Row } from './figures';
import { withServer } from './server';

/** How messages come, and how many ack frames a thousand of them may cost. */
const LOADS = [
  { name: '20 a second', messages: 300, every: 50, target: 60 },
  { name: '200 a second', messages: 2_000, every: 5, target: 45 },
  { name: 'all at once', messages: 2_000, every: 0, target: 45 },
];

/** Counts the acks that it sends. */
class CountingWebSocket extends WebSocket {
  acks = 0;
  static last: CountingWebSocket | undefined;

  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    CountingWebSocket.last = this;
  }

  override send(text: string): void {
    if (text.includes('"action":"ack"')) this.acks += 1;
    super.send(text);
  }
}

/** Ack frames for a thousand messages, each sent at once, and gathered as the client does by itself. */
export async function acks(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, messages, every, target } of LOADS) {
    const [before, after] = await withServer(({ url }) => run(url, messages, every));
    rows.push({
      what: `ack frames for 1,000 messages that come ${name}: at once, gathered`,
      measured: `${before.toFixed(0)}, ${after.toFixed(0)}`,
      target: `at most ${target}`,
      met: after <= target,
    });
  }
  return rows;
}

async function run(url: string, messages: number, every: number): Promise<[number, number]> {
  const counting = async (clientId: string, ackDelay?: number) => {
    const holdfast = await connect(url, { clientId, webSocket: CountingWebSocket, ackDelay });
    const socket = CountingWebSocket.last;
    let handled = 0;
    await holdfast.consume('acks', {}, () => {
      handled += 1;
    });
    return async () => {
      while (handled < messages) await sleep(5);
      await holdfast.close();
      return ((socket?.acks ?? Number.NaN) * 1_000) / messages;
    };
  };
  const finishing = [await counting('at-once', 0), await counting('gathering')];
  const publisher = await connect(url, { clientId: 'publisher', webSocket: WebSocket });
  const published: Promise<unknown>[] = [];
  for (let sent = 0; sent < messages; sent++) {
    published.push(publisher.publish('acks', 'e', payload()));
    if (every > 0) await sleep(every);
  }
  await Promise.all(published);
  const [before = Number.NaN, after = Number.NaN] = await Promise.all(finishing.map((finish) => finish()));
  await publisher.close();
  return [before, after];
}
