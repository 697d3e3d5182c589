import type { Connection } from '../model/connection';
import type { Ports } from '../ports';
import { type Closing, shouldReconnect } from '../protocol/closing';
import { encodeFrame } from '../protocol/encode';

/** Says goodbye to a connection and closes it. */
export async function dismiss(
  ports: Ports,
  { connection }: Pick<Connection, 'connection'>,
  closing: Closing,
): Promise<void> {
  const { code, reason } = closing;
  const goodbye = encodeFrame({ type: 'goodbye', code, reason, reconnect: shouldReconnect(code) });
  await ports.pusher.push(connection, [goodbye]);
  await ports.pusher.close(connection, code, reason);
  await ports.connections.remove(connection);
}
