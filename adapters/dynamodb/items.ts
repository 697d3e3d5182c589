import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Time } from '../../broker/model/names';

/** An item, or the key of one. */
export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });

/** @throws Error the item is not one that this adapter wrote. */
export function textAt(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`an item has no text ${name}`);
  return value;
}

/** @throws Error the item is not one that this adapter wrote. */
export function numberAt(item: Item, name: string): number {
  const value = item[name]?.N;
  if (value === undefined) throw new Error(`an item has no number ${name}`);
  return Number(value);
}

export const numberOr = (item: Item, name: string, otherwise: number): number =>
  item[name] === undefined ? otherwise : numberAt(item, name);

/**
 * When an item expires: `expiresAt` for the table's TTL, in seconds, rounded up, and `until` for reads, in
 * milliseconds, because TTL deletes late. Neither if it never does.
 */
export const expiry = (at: Time): Item =>
  at === Number.POSITIVE_INFINITY ? {} : { expiresAt: number(Math.ceil(at / 1000)), until: number(at) };

export const expiryOf = (item: Item): Time => numberOr(item, 'until', Number.POSITIVE_INFINITY);

export const isExpired = (item: Item, now: Time): boolean => expiryOf(item) <= now;

/** Part of a filter: not expired. Needs `#until` and `:now`. */
export const LIVING = '(attribute_not_exists(#until) OR #until > :now)';
