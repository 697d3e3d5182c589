import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { each, NOTHING, type Usage } from './usage';

const Price = z.strictObject({ price: z.number(), per: z.number(), source: z.string().check(z.minLength(1)) });

const Prices = z.strictObject({
  region: z.string(),
  date: z.iso.date(),
  currency: z.literal('USD'),
  holdfast: z.record(z.enum(Object.keys(NOTHING) as [keyof Usage, ...(keyof Usage)[]]), Price),
  freeSqsRequestsPerMonth: z.strictObject({ count: z.number(), source: z.string() }),
  alarmMonth: Price,
  storedGigabyteMonth: Price,
  backedUpGigabyteMonth: Price,
  appsyncEvents: z.strictObject({ operations: Price, connectionMinutes: Price }),
  iotCore: z.strictObject({ messages: Price, connectionMinutes: Price }),
  snsSqs: z.strictObject({ publishes: Price, requests: Price }),
});
type Price = z.infer<typeof Price>;
export type Prices = z.infer<typeof Prices>;

/** The list prices of a region, with their sources: `us-east-1.json` beside this file. */
export const readPrices = (): Prices =>
  Prices.parse(JSON.parse(readFileSync(join(__dirname, 'us-east-1.json'), 'utf8')));

/** US dollars for so many of what has this price. */
export const priceOf = (count: number, { price, per }: Price): number => (count / per) * price;

/** US dollars for each of what was used. */
export const billOf = (usage: Usage, { holdfast }: Prices): Record<keyof Usage, number> =>
  each((name) => priceOf(usage[name], holdfast[name]));

/** US dollars for all that was used. */
export const totalOf = (usage: Usage, prices: Prices): number =>
  Object.values(billOf(usage, prices)).reduce((sum, one) => sum + one, 0);
