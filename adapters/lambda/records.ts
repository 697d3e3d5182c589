import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { KeyId } from '../../broker/access';
import type { ConnectionId } from '../../broker/model/names';
import type { Ports, WakeUp } from '../../broker/ports';
import { clientId, queueName } from '../../broker/protocol/fields';
import { wake } from '../../broker/usecases/wake';
import { welcome } from '../../broker/usecases/welcome';
import { OpeningPusher } from '../apigateway';
import { decodeWakeUp } from '../sqs';

/** What `deliver` is woken by. */
export type WakingRecord = DynamoDBRecord | SQSRecord;

/** What a record asks for. */
export interface Errand {
  /** The id by which the record is reported as failed. */
  readonly id: string;
  /** Errands with the same key do the same: of those in one batch, only the last is run. */
  readonly key: string;
  /**
   * A wake-up that does the same, to try a failed record again by itself: a stream would hold back everything after it.
   * Left out where the record is that wake-up, or is not understood.
   */
  readonly again?: WakeUp;
  run(ports: Ports): Promise<void>;
}

const connectionKey = z.object({ connection: z.object({ S: z.string().brand<'ConnectionId'>() }) });
const messageKey = z.object({ queue: z.object({ S: queueName }) });
const keyOfAccess = z.object({ key: z.object({ S: z.string().brand<'KeyId'>() }) });
const client = z.object({ client: z.object({ S: clientId }) });

/** What a record asks for, depending on where it comes from. A record that is not understood fails when it is run. */
export function errandOf(record: WakingRecord): Errand {
  if ('messageId' in record) {
    const { messageId, body } = record;
    return { id: messageId, key: body, run: async (ports) => wake(ports, decodeWakeUp(body)) };
  }
  const { Keys, OldImage, SequenceNumber: id = '' } = record.dynamodb ?? {};
  const ofConnection = connectionKey.safeParse(Keys);
  if (ofConnection.success) {
    const connection = ofConnection.data.connection.S;
    const key = `connection ${connection}`;
    if (record.eventName !== 'REMOVE')
      return { id, key, again: { kind: 'welcome', connection }, run: greet(connection) };
    const ofClient = client.safeParse(OldImage);
    if (ofClient.success) return errandFor(id, key, { kind: 'farewell', connection, client: ofClient.data.client.S });
  }
  const ofKey = keyOfAccess.safeParse(Keys);
  if (ofKey.success) return revocation(id, ofKey.data.key.S);
  const ofMessage = messageKey.safeParse(Keys);
  if (!ofMessage.success)
    return { id, key: `record ${id}`, run: () => Promise.reject(new Error('a record of no stream that is known')) };
  const queue = ofMessage.data.queue.S;
  return errandFor(id, `queue ${queue}`, { kind: 'queue', queue });
}

const errandFor = (id: string, key: string, again: WakeUp): Errand => ({
  id,
  key,
  again,
  run: (ports) => wake(ports, again),
});

/** How long the index of connections by their key may lag behind. Milliseconds. */
const LAG_MS = 30_000;

/** Ends the connections of a key, now and again later, since the index may not show all of them yet. */
function revocation(id: string, key: KeyId): Errand {
  const again: WakeUp = { kind: 'revocation', key };
  return {
    id,
    key: `key ${key}`,
    again,
    run: async (ports) => {
      await ports.wakeUps.send(again, LAG_MS);
      await wake(ports, again);
    },
  };
}

const greet =
  (connection: ConnectionId): Errand['run'] =>
  (ports) =>
    welcome({ ...ports, pusher: new OpeningPusher(ports.pusher, connection) }, connection);
