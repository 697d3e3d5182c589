export * from '../client/errors';
export type { Published } from '../client/outbox';
export type { AnyQueues, EventOf, PayloadOf, QueueOf } from '../client/queues';
export type { AwsCredentials, AwsCredentialsProvider } from './credentials';
export { type DirectOptions, type Publisher, type PublisherOptions, publisher } from './publisher';
