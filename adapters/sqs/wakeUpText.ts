import * as z from 'zod/mini';
import type { WakeUp } from '../../broker/ports';
import { clientId, queueName } from '../../broker/protocol/fields';

const connection = z.string().check(z.minLength(1)).brand<'ConnectionId'>();
const shard = z.object({ queue: queueName, shard: z.int().check(z.minimum(0)) });

/** A wake-up as the body of an SQS message. */
const schema: z.ZodMiniType<WakeUp> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queue'), queue: queueName }),
  z.object({ kind: z.literal('shard'), shard, after: z.exactOptional(clientId) }),
  z.object({ kind: z.literal('timer'), shard, firesAt: z.number() }),
  z.object({ kind: z.literal('subscription'), shard, client: clientId }),
  z.object({ kind: z.literal('welcome'), connection }),
  z.object({ kind: z.literal('farewell'), connection, client: clientId }),
  z.object({ kind: z.literal('expiry'), connection, expiresAt: z.number() }),
  z.object({ kind: z.literal('revocation'), key: z.string().check(z.minLength(1)).brand<'KeyId'>() }),
]);

/**
 * The characters that JSON does not escape and SQS refuses:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const REFUSED = /[\uFFFE\uFFFF]/g;

export const encodeWakeUp = (wakeUp: WakeUp): string =>
  JSON.stringify(wakeUp).replace(REFUSED, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

/** @throws Error it is not what {@link encodeWakeUp} wrote. */
export const decodeWakeUp = (text: string): WakeUp => schema.parse(JSON.parse(text));
