/**
 * How much an operator lets a connection, a client or the whole deployment have. A name says whom it limits, and what
 * is counted. A rate is per second, and may be used up at once.
 */
export const QUOTA_NAMES = [
  /** Frames a second. */
  'connection.frames',
  /** Bytes of frames a second. */
  'connection.bytes',
  /** Messages published a second. */
  'connection.publishes',
  'client.frames',
  'client.bytes',
  'client.publishes',
  /** At a time. */
  'client.connections',
  /** At a time. */
  'client.subscriptions',
  /** Created in an hour. */
  'client.queues',
  'deployment.frames',
  'deployment.bytes',
  'deployment.publishes',
  /** At a time. On one machine only: in AWS the account has a quota of its own. */
  'deployment.connections',
  /** In flight: the largest window that a subscriber may ask for. */
  'subscription.inFlight',
] as const;

export type QuotaName = (typeof QUOTA_NAMES)[number];

/** The largest window that any subscriber may ask for. */
export const MOST_IN_FLIGHT = 1_000;

/** Each above 0; Infinity: no limit. What is in flight always has one: up to 1,000. */
export type Quotas = Readonly<Record<QuotaName, number>>;

/** Where only programs of this machine connect: enough to keep their mistakes from filling it. */
export const LOOPBACK_QUOTAS: Quotas = {
  'connection.frames': Number.POSITIVE_INFINITY,
  'connection.bytes': Number.POSITIVE_INFINITY,
  'connection.publishes': Number.POSITIVE_INFINITY,
  'client.frames': Number.POSITIVE_INFINITY,
  'client.bytes': Number.POSITIVE_INFINITY,
  'client.publishes': Number.POSITIVE_INFINITY,
  'client.connections': 10,
  'client.subscriptions': 100,
  'client.queues': Number.POSITIVE_INFINITY,
  'deployment.frames': Number.POSITIVE_INFINITY,
  'deployment.bytes': Number.POSITIVE_INFINITY,
  'deployment.publishes': Number.POSITIVE_INFINITY,
  'deployment.connections': 10_000,
  'subscription.inFlight': MOST_IN_FLIGHT,
};

/** Where others connect: more than a well-meaning client needs, and less than does harm. */
export const DEFAULT_QUOTAS: Quotas = {
  ...LOOPBACK_QUOTAS,
  'connection.frames': 2_000,
  'connection.bytes': 8_000_000,
  'client.publishes': 10_000,
  'client.queues': 1_000,
};

const isQuotaName = (name: string): name is QuotaName => QUOTA_NAMES.some((known) => known === name);

/**
 * Reads quotas as an operator writes them: `client.publishes=100,client.queues=none`.
 *
 * @returns those that are named.
 * @throws Error it is written otherwise; the message says how.
 */
export function parseQuotas(text: string): Partial<Quotas> {
  const entries = text.split(',').map((part) => {
    const [, name = '', amount = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (!isQuotaName(name))
      throw new Error(
        `${JSON.stringify(part)} must be NAME=NUMBER or NAME=none, the name one of ${QUOTA_NAMES.join(', ')}`,
      );
    const quota = amount === 'none' ? Number.POSITIVE_INFINITY : /^[1-9]\d{0,14}$/.test(amount) ? Number(amount) : 0;
    if (name === 'subscription.inFlight' && (quota < 1 || quota > MOST_IN_FLIGHT))
      throw new Error(`${name} must be a whole number from 1 to ${MOST_IN_FLIGHT}`);
    if (quota < 1) throw new Error(`${name} must be a whole number above 0, or none`);
    return [name, quota] as const;
  });
  return Object.fromEntries(entries);
}

/** The inverse of {@link parseQuotas}. */
export const formatQuotas = (quotas: Partial<Quotas>): string =>
  Object.entries(quotas)
    .map(([name, amount]) => `${name}=${amount === Number.POSITIVE_INFINITY ? 'none' : amount}`)
    .join(',');
