import { type Prices, totalOf } from './prices';
import { times } from './usage';
import type { Measured } from './workloads';

const MILLION = 1e6;

/** US dollars for a million acked deliveries, their publishes apart. */
export const perMillionDelivered = ({ rest, delivered }: Measured, prices: Prices): number =>
  totalOf(times(rest, MILLION / delivered), prices);

/** US dollars for a million messages and as many deliveries to each subscriber that is away, their publishes apart. */
export const perMillionAway = ({ rest, published, away }: Measured, prices: Prices): number =>
  totalOf(times(rest, MILLION / (published * away)), prices);

/** US dollars for a million messages published. */
export const perMillionPublished = ({ publish, published }: Measured, prices: Prices): number =>
  totalOf(times(publish, MILLION / published), prices);
