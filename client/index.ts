export * from './errors';
export type { Events } from './events';
export { connect, Holdfast, type MessageOf, type PublishArguments } from './holdfast';
export type { State } from './link';
export type { Message, NackOptions } from './message';
export type { ConnectOptions, ConsumeOptions, SubscribeOptions } from './options';
export type { Published, PublishOptions } from './outbox';
export type { AnyQueues, EventOf, PayloadOf, QueueOf } from './queues';
export type { Refusal } from './refusal';
export type { RequestOptions } from './requests';
export type { Subscription } from './subscription';
export type { Timers } from './timers';
export type { TokenSource } from './token';
export type { WebSocketConstructor, WebSocketLike } from './webSocket';
export type {
  FrameOf,
  ListedClient,
  ListedDeadLetter,
  ListedQueue,
  ListedSubscription,
  Position,
  ReplyTo,
  Request,
} from './wire';
export type { Consumption, Handler } from './worker';
