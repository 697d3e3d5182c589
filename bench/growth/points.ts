import { type Consumer, Machine } from './machine';

/** One measurement of a series. */
export interface Point {
  /** How many: subscribers, messages of the backlog, queues, messages in flight, or event names. */
  readonly x: number;
  /** Processing time of a message, in microseconds of one processor: of the machine's broker and store. */
  readonly micros: number;
  /** What one more of it takes in memory, in bytes. */
  readonly bytes: number;
}

const QUEUE = 'growth';
const PAYLOAD = 'x'.repeat(198);
const publishing = { client: 'shop', connection: 'shop wire' } as never;
/** Deliveries measured for a point, at least. */
const DELIVERIES = 3_000;

const event = (name: number) => `event ${name}`;
const message = (name = 0) => ({ event: event(name), payload: PAYLOAD });

const processed = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const inUse = (): number => {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

async function withMachine<Answer>(run: (machine: Machine) => Promise<Answer>): Promise<Answer> {
  const machine = await Machine.open();
  try {
    return await run(machine);
  } finally {
    await machine.close();
  }
}

const subscribe = (machine: Machine, consumer: Consumer, more: object = {}) =>
  machine.request(consumer, { action: 'subscribe', queue: QUEUE, ...more });

async function ackAll(machine: Machine, consumer: Consumer, queue = QUEUE): Promise<number> {
  const seqs = consumer.take();
  if (seqs.length > 0) await machine.request(consumer, { action: 'ack', queue, seqs });
  return seqs.length;
}

/** A message at a time to many subscribers, each of whom acks it: for each delivery. */
export const subscribers = (x: number): Promise<Point> =>
  withMachine(async (machine) => {
    const before = inUse();
    const consumers: Consumer[] = [];
    for (let i = 0; i < x; i++) {
      const consumer = await machine.connect(`device-${i}`);
      await subscribe(machine, consumer);
      consumers.push(consumer);
    }
    const bytes = (inUse() - before) / x;
    const round = async () => {
      await machine.request(publishing, { action: 'publish', queue: QUEUE, ...message() });
      await machine.deliver(QUEUE);
      for (const consumer of consumers) await ackAll(machine, consumer);
    };
    for (let warm = 0; warm * x < DELIVERIES / 3; warm++) await round();
    const rounds = Math.max(2, Math.ceil(DELIVERIES / x));
    const began = processed();
    for (let i = 0; i < rounds; i++) await round();
    return { x, micros: (processed() - began) / (rounds * x), bytes };
  });

/** One comes back to a backlog, and takes the first of it in windows of 100: for each message. */
export const backlog = (x: number): Promise<Point> =>
  withMachine(async (machine) => {
    const consumer = await machine.connect('billing');
    await machine.request(publishing, { action: 'publish', queue: QUEUE, ...message() });
    const before = inUse();
    const messages = Array.from({ length: 100 }, () => message());
    for (let published = 0; published < x; published += 100)
      await machine.request(publishing, { action: 'publish', queue: QUEUE, messages });
    const bytes = (inUse() - before) / x;
    await subscribe(machine, consumer, { from: 'earliest' });
    await machine.deliver(QUEUE);
    let taken = 0;
    const began = processed();
    while (taken < Math.min(x, DELIVERIES)) {
      taken += await ackAll(machine, consumer);
      await machine.deliver(QUEUE);
    }
    return { x, micros: (processed() - began) / taken, bytes };
  });

/** A message to each of many queues, with a subscriber each: for each message, publish and ack included. */
export const queues = (x: number): Promise<Point> =>
  withMachine(async (machine) => {
    const before = inUse();
    const consumers: { queue: string; consumer: Consumer }[] = [];
    for (let i = 0; i < x; i++) {
      const queue = `queue ${i}`;
      const consumer = await machine.connect(`device-${i}`);
      await machine.request(consumer, { action: 'subscribe', queue });
      consumers.push({ queue, consumer });
    }
    const bytes = (inUse() - before) / x;
    const round = async () => {
      for (const { queue, consumer } of consumers) {
        await machine.request(publishing, { action: 'publish', queue, ...message() });
        await machine.deliver(queue);
        await ackAll(machine, consumer, queue);
      }
    };
    for (let warm = 0; warm * x < DELIVERIES / 3; warm++) await round();
    const rounds = Math.max(1, Math.ceil(DELIVERIES / 3 / x));
    const began = processed();
    for (let i = 0; i < rounds; i++) await round();
    return { x, micros: (processed() - began) / (rounds * x), bytes };
  });

/** A subscriber that holds many messages gets one more and acks one: for each message, publish and ack included. */
export const inFlight = (x: number): Promise<Point> =>
  withMachine(async (machine) => {
    const consumer = await machine.connect('billing');
    await subscribe(machine, consumer, { maxInFlight: x, ackDeadline: 900 });
    const before = inUse();
    for (let published = 0; published < x - 1; published++)
      await machine.request(publishing, { action: 'publish', queue: QUEUE, ...message() });
    await machine.deliver(QUEUE);
    const bytes = (inUse() - before) / x;
    const held = consumer.take();
    const step = async () => {
      await machine.request(publishing, { action: 'publish', queue: QUEUE, ...message() });
      await machine.deliver(QUEUE);
      held.push(...consumer.take());
      await machine.request(consumer, { action: 'ack', queue: QUEUE, seqs: [held.shift()] });
    };
    const steps = DELIVERIES / 3;
    for (let i = 0; i < steps / 3; i++) await step();
    const began = processed();
    for (let i = 0; i < steps; i++) await step();
    return { x, micros: (processed() - began) / steps, bytes };
  });

/** Names of events, as many at a time as a request takes. */
export const hundreds = (x: number): string[][] =>
  Array.from({ length: Math.ceil(x / 100) }, (_, part) =>
    Array.from({ length: Math.min(100, x - part * 100) }, (_, i) => event(part * 100 + i)),
  );

/** Messages of many event names to a subscriber that asked for each: for each message, publish and ack included. */
export const eventNames = (x: number): Promise<Point> =>
  withMachine(async (machine) => {
    const consumer = await machine.connect('billing');
    const before = inUse();
    for (const events of hundreds(x)) await subscribe(machine, consumer, { events });
    const bytes = (inUse() - before) / x;
    const step = async (i: number) => {
      await machine.request(publishing, { action: 'publish', queue: QUEUE, ...message(i % x) });
      await machine.deliver(QUEUE);
      await ackAll(machine, consumer);
    };
    const steps = DELIVERIES / 3;
    for (let i = 0; i < steps / 3; i++) await step(i);
    const began = processed();
    for (let i = 0; i < steps; i++) await step(i);
    return { x, micros: (processed() - began) / steps, bytes };
  });
