import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { LISTED_EVENTS } from '../../broker/model/limits';
import type { EventName, QueueName, Time } from '../../broker/model/names';
import type { Queue } from '../../broker/model/queue';
import { type Item, number, numberAt, numberOr, text, textAt } from './items';

/*
 * A queue: `queue`, `head`, `headUntil`, `events` (a set), `createdAt`, `shards`, and, to place subscriptions,
 * `subscribers` and `placed`. What is 0 (`shards`: 1) may be absent.
 */

export const queueKey = (queue: QueueName): Item => ({ queue: text(queue) });

export function toQueue(item: Item): Queue {
  return {
    queue: textAt(item, 'queue') as QueueName,
    head: numberOr(item, 'head', 0),
    headUntil: numberOr(item, 'headUntil', 0),
    events: ((item.events?.SS ?? []) as EventName[]).sort(),
    createdAt: numberAt(item, 'createdAt'),
    shards: numberOr(item, 'shards', 1),
  };
}

/**
 * Takes the next `count` numbers; returns what `head` and `headUntil` were before.
 *
 * @param until when the retention of what gets them ends.
 * @param events names to learn in the same write, which fails if there is no room for them. Without names it never
 * fails.
 */
export function takeParameters(
  table: string,
  queue: QueueName,
  count: number,
  events: readonly EventName[],
  now: Time,
  until: Time,
): UpdateItemCommandInput {
  const common = {
    TableName: table,
    Key: queueKey(queue),
    ReturnValues: 'UPDATED_OLD',
  } as const;
  const names = { '#head': 'head', '#headUntil': 'headUntil', '#createdAt': 'createdAt' };
  const values = { ':count': number(count), ':now': number(now), ':until': number(until) };
  const take = 'SET #headUntil = :until, #createdAt = if_not_exists(#createdAt, :now) ADD #head :count';
  if (events.length === 0) {
    return { ...common, UpdateExpression: take, ExpressionAttributeNames: names, ExpressionAttributeValues: values };
  }
  const known = events.map((_, i) => `contains(#events, :event${i})`).join(' AND ');
  return {
    ...common,
    UpdateExpression: `${take}, #events :events`,
    ConditionExpression: `attribute_not_exists(#events) OR size(#events) <= :room OR (${known})`,
    ExpressionAttributeNames: { ...names, '#events': 'events' },
    ExpressionAttributeValues: {
      ...values,
      ':events': { SS: [...events] },
      ':room': number(LISTED_EVENTS - events.length),
      ...Object.fromEntries(events.map((event, i) => [`:event${i}`, text(event)])),
    },
  };
}

/** Counts one more subscription; answers with the whole queue. */
export const placeParameters = (table: string, queue: QueueName, now: Time): UpdateItemCommandInput => ({
  TableName: table,
  Key: queueKey(queue),
  UpdateExpression: 'SET #createdAt = if_not_exists(#createdAt, :now) ADD #subscribers :one, #placed :one',
  ExpressionAttributeNames: { '#createdAt': 'createdAt', '#subscribers': 'subscribers', '#placed': 'placed' },
  ExpressionAttributeValues: { ':now': number(now), ':one': number(1) },
  ReturnValues: 'ALL_NEW',
});

/** Opens shards up to `shards`, unless there are as many; answers with the whole queue. */
export const openShardParameters = (table: string, queue: QueueName, shards: number): UpdateItemCommandInput => ({
  TableName: table,
  Key: queueKey(queue),
  UpdateExpression: 'SET #shards = :shards',
  ConditionExpression: 'attribute_not_exists(#shards) OR #shards < :shards',
  ExpressionAttributeNames: { '#shards': 'shards' },
  ExpressionAttributeValues: { ':shards': number(shards) },
  ReturnValues: 'ALL_NEW',
});

/** Counts one subscription less, if there is any. */
export const forgetParameters = (table: string, queue: QueueName): UpdateItemCommandInput => ({
  TableName: table,
  Key: queueKey(queue),
  UpdateExpression: 'ADD #subscribers :less',
  ConditionExpression: '#subscribers > :none',
  ExpressionAttributeNames: { '#subscribers': 'subscribers' },
  ExpressionAttributeValues: { ':less': number(-1), ':none': number(0) },
});

/** Corrects how many subscriptions there are, unless another was placed or ended since they were `counted`. */
export const recountParameters = (
  table: string,
  queue: QueueName,
  counted: number,
  subscribers: number,
): UpdateItemCommandInput => ({
  TableName: table,
  Key: queueKey(queue),
  UpdateExpression: 'SET #subscribers = :subscribers',
  ConditionExpression: '#subscribers = :counted',
  ExpressionAttributeNames: { '#subscribers': 'subscribers' },
  ExpressionAttributeValues: { ':counted': number(counted), ':subscribers': number(subscribers) },
});
