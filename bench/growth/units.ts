import { QUEUE } from '../cost/audience';
import { Deployment } from '../cost/deployment';
import type { Usage } from '../cost/usage';
import { catchUp, steady } from '../cost/workloads';
import { hundreds } from './points';

/** DynamoDB's units of a message in AWS. */
export interface Units {
  readonly x: number;
  readonly writes: number;
  readonly reads: number;
}

const STEPS = 5;

async function deployed<Answer>(run: (deployment: Deployment) => Promise<Answer>): Promise<Answer> {
  const deployment = await Deployment.open();
  try {
    return await run(deployment);
  } finally {
    await deployment.close();
  }
}

const of = (x: number, { writeUnits, readUnits }: Usage, messages: number): Units => ({
  x,
  writes: writeUnits / messages,
  reads: readUnits / messages,
});

/** Of a delivery and its share of an ack for 10 s of messages, publish apart. */
export const subscribers = (x: number): Promise<Units> =>
  deployed(async (deployment) => {
    const { rest, delivered } = await steady(deployment, { subscribers: x, connected: x, seconds: 10, gather: 10 });
    return of(x, rest, delivered);
  });

/** Of a message of a backlog, delivered and acked by the window. */
export const backlog = (x: number): Promise<Units> =>
  deployed(async (deployment) => {
    const { rest, delivered } = await catchUp(deployment, x);
    return of(x, rest, delivered);
  });

/** Of a delivery and an ack to who holds many messages: they are written and read with it. */
export const inFlight = (x: number): Promise<Units> =>
  deployed(async (deployment) => {
    const wire = await deployment.connect('billing');
    const publisher = await deployment.connect('shop');
    await deployment.run();
    const settings = { maxInFlight: x, ackDeadline: 900 };
    await deployment.request(wire, { action: 'subscribe', ...{ queue: QUEUE, ...settings } });
    const publish = async () => {
      await deployment.request(publisher, { action: 'publish', ...{ queue: QUEUE, event: 'add', payload: 7 } });
      deployment.clock.advance(1_000);
    };
    const held: number[] = [];
    const deliver = async () => {
      await deployment.run();
      for (const frame of wire.take())
        if (frame.type === 'messages') held.push(...frame.messages.map(({ seq }) => seq));
    };
    // Each at a time of its own, so that nothing of them is shared in what is stored.
    for (let i = 0; i < x - 1; i++) {
      await publish();
      await deliver();
    }
    let usage = { writeUnits: 0, readUnits: 0 };
    for (let i = 0; i < STEPS; i++) {
      await publish();
      deployment.take();
      await deliver();
      await deployment.request(wire, { action: 'ack', ...{ queue: QUEUE, seqs: [held.shift()] } });
      const { writeUnits, readUnits } = deployment.take();
      usage = { writeUnits: usage.writeUnits + writeUnits, readUnits: usage.readUnits + readUnits };
    }
    return { x, writes: usage.writeUnits / STEPS, reads: usage.readUnits / STEPS };
  });

/** Of a message, published to a queue that knows so many event names, delivered to who asked for each, and acked. */
export const eventNames = (x: number): Promise<Units> =>
  deployed(async (deployment) => {
    const wire = await deployment.connect('billing');
    const publisher = await deployment.connect('shop');
    await deployment.run();
    const names = hundreds(x);
    for (const events of names) await deployment.request(wire, { action: 'subscribe', ...{ queue: QUEUE, events } });
    const publish = (event: string) =>
      deployment.request(publisher, { action: 'publish', ...{ queue: QUEUE, event, payload: 7 } });
    const step = async (event: string) => {
      await publish(event);
      await deployment.run();
      const seqs = wire
        .take()
        .flatMap((frame) => (frame.type === 'messages' ? frame.messages.map(({ seq }) => seq) : []));
      await deployment.request(wire, { action: 'ack', ...{ queue: QUEUE, seqs } });
    };
    for (const event of names.flat()) await step(event);
    deployment.take();
    for (const event of names.flat().slice(0, STEPS)) await step(event);
    return of(x, deployment.take(), Math.min(STEPS, x));
  });
