import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { Unavailable } from '../../broker/ports';
import { NoCredentials } from '../aws/noCredentials';

/** Refusals that pass by themselves, which DynamoDB counts as the caller's fault. */
const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'LimitExceededException',
  'TransactionConflictException',
  'ReplicatedWriteConflictException',
]);

export const isConditionFailed = (error: unknown): error is ConditionalCheckFailedException =>
  error instanceof ConditionalCheckFailedException;

/**
 * Whether the SDK sent the request more than once. An earlier attempt may then have taken effect although its answer
 * was lost, and have made the condition of the later one fail.
 */
export const wasRetried = (error: ConditionalCheckFailedException): boolean => (error.$metadata.attempts ?? 2) > 1;

/**
 * Turns a failure into an error of the broker: `Unavailable` if it may pass, which is true of time-outs, lost
 * connections, throttling and faults of DynamoDB. Any other is our mistake and stays as it is, and so do missing
 * credentials.
 */
export function toDomainError(error: unknown, what: string): unknown {
  if (error instanceof NoCredentials) return error;
  if (error instanceof DynamoDBServiceException && error.$fault === 'client' && !PASSING.has(error.name)) return error;
  return new Unavailable(`${what} failed`, { cause: error });
}

/** DynamoDB answered. A time-out does not count: trying again would take too long. */
export const isAnswer = (failure: unknown): boolean =>
  failure instanceof Unavailable && failure.cause instanceof DynamoDBServiceException;

/** Runs a request whose repetition is harmless. */
export async function guarded<Answer>(what: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw toDomainError(error, what);
  }
}
