import { HEARTBEAT_SECONDS } from '../../broker';
import { audience, clientOf, Publisher, Subscriber } from './audience';
import type { Deployment } from './deployment';
import { NOTHING, plus, times, type Usage } from './usage';

/** What a workload was, and what it used. */
export interface Measured {
  readonly name: string;
  /** Messages published, and in how many frames. */
  readonly published: number;
  readonly publishes: number;
  /** Deliveries that were acked. */
  readonly delivered: number;
  /** Frames that acked them. */
  readonly acks: number;
  /** Subscribers that were connected, and those that were away. */
  readonly connected: number;
  readonly away: number;
  /** Of all subscribers. */
  readonly connectionMinutes: number;
  /** What the publishes used. */
  readonly publish: Usage;
  /** What all else used. */
  readonly rest: Usage;
  /** Timers that went off. */
  readonly timers: number;
}

const SECOND = 1000;
const HOUR = 3_600 * SECOND;
/** Of a year, on average. */
const HOURS_PER_MONTH = 730;

const isTimer = (wakeUp: string): boolean => wakeUp.includes('"timer"');

/**
 * A message a second.
 *
 * @param gather how many seconds' acks a subscriber sends in one frame; they take turns.
 */
export async function steady(
  deployment: Deployment,
  { subscribers, connected, seconds, gather }: Record<'subscribers' | 'connected' | 'seconds' | 'gather', number>,
): Promise<Measured> {
  const present = await audience(deployment, subscribers, connected);
  const publisher = await Publisher.connect(deployment);
  let publish = NOTHING;
  let rest = NOTHING;
  let timers = 0;
  let delivered = 0;
  let acks = 0;
  // Until all have acked once it is not as it goes on.
  for (let second = 1; second <= gather + seconds; second++) {
    if (second === gather + 1) {
      publish = rest = NOTHING;
      timers = delivered = acks = 0;
      deployment.take();
    }
    await publisher.one();
    publish = plus(publish, deployment.take());
    await deployment.pass(SECOND);
    for (const [index, subscriber] of present.entries()) {
      if ((second + index) % gather !== 0) continue;
      const acked = await subscriber.ack();
      delivered += acked;
      if (acked > 0) acks += 1;
    }
    timers += deployment.woken.filter(isTimer).length;
    rest = plus(rest, deployment.take());
  }
  const connectionMinutes = (connected * seconds) / 60;
  return {
    name: `one message a second to ${audienceOf(subscribers, connected)}${connected > 0 ? ackingOf(gather) : ''}`,
    published: seconds,
    publishes: seconds,
    delivered,
    acks,
    connected,
    away: subscribers - connected,
    connectionMinutes,
    publish,
    rest: plus(rest, { ...NOTHING, connectionMinutes }),
    timers,
  };
}

const audienceOf = (subscribers: number, connected: number): string => {
  const all = subscribers === 1 ? '1 subscriber' : `${subscribers.toLocaleString('en')} subscribers`;
  if (connected === subscribers) return `${all}, connected`;
  return connected === 0 ? `${all}, away` : `${all}, ${connected.toLocaleString('en')} of them connected`;
};

const ackingOf = (gather: number): string => (gather === 1 ? ', each acked' : `, acks gathered for ${gather} s`);

/**
 * A message of 1 KB a second to subscribers that each want one event of several, and ack what they get at once: the
 * events take turns, and so does who wants them.
 *
 * @param warmUp how many are published before it is measured, until it is as it goes on.
 */
export async function filtering(
  deployment: Deployment,
  { subscribers, events, warmUp, messages }: Record<'subscribers' | 'events' | 'warmUp' | 'messages', number>,
): Promise<Measured> {
  const present: Subscriber[] = [];
  for (let i = 0; i < subscribers; i++) {
    const subscriber = await Subscriber.connect(deployment, clientOf(i));
    present.push(await subscriber.subscribe([`event-${i % events}`]));
  }
  const publisher = await Publisher.connect(deployment);
  let publish = NOTHING;
  let rest = NOTHING;
  let delivered = 0;
  let timers = 0;
  for (let count = 0; count < warmUp + messages; count++) {
    if (count === warmUp) {
      publish = rest = NOTHING;
      delivered = timers = 0;
      deployment.take();
    }
    await publisher.one({ event: `event-${count % events}`, payload: 'x'.repeat(998) });
    publish = plus(publish, deployment.take());
    await deployment.pass(SECOND);
    for (const subscriber of present) delivered += await subscriber.ack();
    timers += deployment.woken.filter(isTimer).length;
    rest = plus(rest, deployment.take());
  }
  return {
    name: `one message of 1 KB a second to ${subscribers.toLocaleString('en')} subscribers, each of 1 event of ${events}`,
    published: messages,
    publishes: messages,
    delivered,
    acks: delivered,
    connected: subscribers,
    away: 0,
    connectionMinutes: (subscribers * messages) / 60,
    publish,
    rest,
    timers,
  };
}

/** Messages published at once, in frames of 100, to subscribers that ack what has come in one frame. */
export async function burst(deployment: Deployment, count: number, subscribers: number): Promise<Measured> {
  const present = await audience(deployment, subscribers, subscribers);
  const publisher = await Publisher.connect(deployment);
  deployment.take();
  await publisher.burst(count);
  const publish = deployment.take();
  await deployment.run();
  const acks = await ackAll(deployment, present);
  return {
    name: `burst of ${count.toLocaleString('en')} to ${audienceOf(subscribers, subscribers)}`,
    published: count,
    publishes: count / 100,
    delivered: present.reduce((sum, { acked }) => sum + acked, 0),
    acks,
    connected: subscribers,
    away: 0,
    connectionMinutes: 0,
    publish,
    rest: deployment.take(),
    timers: 0,
  };
}

async function ackAll(deployment: Deployment, present: readonly Subscriber[]): Promise<number> {
  let acks = 0;
  for (let left = present; left.length > 0; ) {
    const still: Subscriber[] = [];
    for (const subscriber of left) if ((await subscriber.ack()) > 0) still.push(subscriber);
    acks += still.length;
    left = still;
    await deployment.run();
  }
  return acks;
}

/** One subscriber comes back to a backlog. */
export async function catchUp(deployment: Deployment, backlog: number): Promise<Measured> {
  await audience(deployment, 1, 0);
  const publisher = await Publisher.connect(deployment);
  deployment.take();
  await publisher.burst(backlog);
  const publish = deployment.take();
  await deployment.run();
  const away = deployment.take();
  const subscriber = await Subscriber.connect(deployment, 'device-000000');
  const acks = await ackAll(deployment, [subscriber]);
  return {
    name: `catch-up of ${backlog.toLocaleString('en')} by one subscriber`,
    published: backlog,
    publishes: backlog / 100,
    delivered: subscriber.acked,
    acks,
    connected: 1,
    away: 0,
    connectionMinutes: 0,
    publish,
    rest: plus(away, deployment.take()),
    timers: 0,
  };
}

/**
 * Connections that say nothing but `ping` for a month, each of a client with one subscription. One of them is measured
 * through its two hours, after which API Gateway closes it and it comes back; all of them in a month are so many times
 * that.
 */
export async function idleConnections(deployment: Deployment, connections: number): Promise<Measured> {
  await audience(deployment, 1, 0);
  deployment.take();
  const subscriber = await Subscriber.connect(deployment, 'device-000000');
  for (let passed = HEARTBEAT_SECONDS * SECOND; passed < 2 * HOUR; passed += HEARTBEAT_SECONDS * SECOND) {
    await deployment.pass(HEARTBEAT_SECONDS * SECOND);
    await deployment.request(subscriber.wire, { action: 'ping' });
  }
  await deployment.pass(HEARTBEAT_SECONDS * SECOND);
  await subscriber.leave();
  const lives = (connections * HOURS_PER_MONTH) / 2;
  return {
    name: `${connections.toLocaleString('en')} idle connections for a month`,
    published: 0,
    publishes: 0,
    delivered: 0,
    acks: 0,
    connected: connections,
    away: 0,
    connectionMinutes: connections * HOURS_PER_MONTH * 60,
    publish: NOTHING,
    rest: times(deployment.take(), lives),
    timers: 0,
  };
}

/** A queue with messages and subscribers, and nobody there for a month. */
export async function nothing(deployment: Deployment): Promise<Measured> {
  await audience(deployment, 10, 0);
  const publisher = await Publisher.connect(deployment);
  await publisher.burst(100);
  await deployment.pass(2 * HOUR);
  deployment.take();
  await deployment.pass(HOURS_PER_MONTH * HOUR);
  return {
    name: 'nothing at all for a month',
    published: 0,
    publishes: 0,
    delivered: 0,
    acks: 0,
    connected: 0,
    away: 10,
    connectionMinutes: 0,
    publish: NOTHING,
    rest: deployment.take(),
    timers: 0,
  };
}
