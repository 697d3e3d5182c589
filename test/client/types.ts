/**
 * What the compiler has to accept, and what it has to refuse; checked by `npm run types`. Nothing of this is run.
 */
import type { WebSocket } from 'ws';
import {
  connect,
  type Holdfast,
  type ListedDeadLetter,
  type ListedQueue,
  type Message,
  type WebSocketConstructor,
} from '../../client';

interface Order {
  readonly id: number;
}

interface Queues {
  orders: { created: Order; cancelled: { id: number; reason: string }; counted: undefined };
  mail: { bounced: string };
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Only a type that is exactly this one is taken. */
const exactly = <Expected>() => ({
  is: <Actual>(_actual: Actual, ..._same: Same<Actual, Expected> extends true ? [] : [never]): void => undefined,
});

export async function typed(): Promise<void> {
  const holdfast = await connect<Queues>('ws://127.0.0.1');

  await holdfast.publish('orders', 'created', { id: 7 });
  await holdfast.publish('orders', 'created', { id: 7 }, { headers: { by: 'shop' }, id: 'order-7' });
  await holdfast.publish('orders', 'counted');
  // @ts-expect-error there is no such queue
  await holdfast.publish('order', 'created', { id: 7 });
  // @ts-expect-error there is no such event in this queue
  await holdfast.publish('orders', 'bounced', { id: 7 });
  // @ts-expect-error the payload is of another type
  await holdfast.publish('orders', 'created', { id: '7' });
  // @ts-expect-error the payload is missing
  await holdfast.publish('orders', 'created');
  // @ts-expect-error headers are strings
  await holdfast.publish('orders', 'created', { id: 7 }, { headers: { by: 1 } });

  for await (const message of holdfast.subscribe('orders', { events: ['created'] })) {
    exactly<Order>().is(message.payload);
    exactly<'created'>().is(message.event);
    // @ts-expect-error the payload has no such field
    message.payload.reason;
  }
  for await (const message of holdfast.subscribe('orders')) {
    // @ts-expect-error not every event has such a payload
    message.payload?.reason;
    if (message.event === 'cancelled') exactly<string>().is(message.payload.reason);
  }
  // @ts-expect-error there is no such event in this queue
  holdfast.subscribe('orders', { events: ['bounced'] });
  // @ts-expect-error there is no such queue
  holdfast.subscribe('order');
  // @ts-expect-error there is no such setting
  holdfast.subscribe('orders', { ackDeadlin: 1 });

  await holdfast.consume('mail', {}, async (message) => {
    exactly<Message<'bounced', string>>().is(message);
    message.nack({ delay: 10 });
    // @ts-expect-error seconds are a number
    message.extend('60');
  });
  // @ts-expect-error a handler is needed
  await holdfast.consume('mail', {});
}

export async function untyped(holdfast: Holdfast): Promise<void> {
  await holdfast.publish('any', 'event');
  await holdfast.publish('any', 'event', { any: 'payload' });
  for await (const message of holdfast.subscribe('any', { events: ['one', 'two'] })) {
    exactly<unknown>().is(message.payload);
    exactly<'one' | 'two'>().is(message.event);
  }
}

export async function requests(holdfast: Holdfast<Queues>): Promise<void> {
  const queues = await holdfast.request({ action: 'list', what: 'queues' });
  exactly<ListedQueue[]>().is(queues.items);
  const letters = await holdfast.request({ action: 'list', what: 'deadLetters', queue: 'orders' });
  exactly<ListedDeadLetter[]>().is(letters.items);
  const { next } = await holdfast.request({ action: 'seek', queue: 'orders', to: { seq: 12 } });
  exactly<number>().is(next);
  // @ts-expect-error a seek says where to
  await holdfast.request({ action: 'seek', queue: 'orders' });
  // @ts-expect-error there is no such action
  await holdfast.request({ action: 'sek', queue: 'orders' });
  // @ts-expect-error there is no such list
  await holdfast.request({ action: 'list', what: 'queue' });
}

export function events(holdfast: Holdfast): void {
  holdfast.on('gap', ({ queue, from, to }) =>
    exactly<[string, number, number]>().is([queue, from, to] as [string, number, number]),
  );
  // @ts-expect-error nothing of this name happens
  holdfast.on('gaps', () => undefined);
}

/** The WebSocket of `ws` is one. */
export const ws = (found: typeof WebSocket): WebSocketConstructor => found;
