import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { ConnectionId } from '../../broker/model/names';
import type { Ports } from '../../broker/ports';
import { clientId, queueName } from '../../broker/protocol/fields';
import { farewell } from '../../broker/usecases/farewell';
import { wake, wakeQueue } from '../../broker/usecases/wake';
import { welcome } from '../../broker/usecases/welcome';
import { OpeningPusher } from '../apigateway';
import { decodeWakeUp } from '../sqs';

/** What `deliver` is woken by. */
export type WakingRecord = DynamoDBRecord | SQSRecord;

/** What a record asks for. */
export interface Errand {
  /** How the record is called when it is reported as failed. */
  readonly id: string;
  /** Errands with the same key concern the same: of those in one batch, the last is enough. */
  readonly key: string;
  run(ports: Ports): Promise<void>;
}

const connectionKey = z.object({ connection: z.object({ S: z.string().brand<'ConnectionId'>() }) });
const messageKey = z.object({ queue: z.object({ S: queueName }) });
const client = z.object({ client: z.object({ S: clientId }) });

/** What a record asks for, by where it comes from. One that is not understood fails when it is run. */
export function errandOf(record: WakingRecord): Errand {
  if ('messageId' in record) {
    const { messageId, body } = record;
    return { id: messageId, key: body, run: async (ports) => wake(ports, decodeWakeUp(body)) };
  }
  const { Keys, OldImage, SequenceNumber: id = '' } = record.dynamodb ?? {};
  const ofConnection = connectionKey.safeParse(Keys);
  if (ofConnection.success) {
    const connection = ofConnection.data.connection.S;
    const run = record.eventName === 'REMOVE' ? bidFarewell(connection, OldImage) : greet(connection);
    return { id, key: `connection ${connection}`, run };
  }
  const ofMessage = messageKey.safeParse(Keys);
  const queue = ofMessage.data?.queue.S;
  return {
    id,
    key: queue === undefined ? `record ${id}` : `queue ${queue}`,
    run: async (ports) => wakeQueue(ports, messageKey.parse(Keys).queue.S),
  };
}

const greet =
  (connection: ConnectionId): Errand['run'] =>
  (ports) =>
    welcome({ ...ports, pusher: new OpeningPusher(ports.pusher, connection) }, connection);

const bidFarewell =
  (connection: ConnectionId, image: unknown): Errand['run'] =>
  async (ports) =>
    farewell(ports, { connection, client: client.parse(image).client.S });
