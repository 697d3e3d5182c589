import { aClient, aQueue, aText, aTime } from './fresh';
import { connect } from './wire';

/** A subscriber that rejected its first messages, of two there are for each. */
async function withDead(count: number, reason?: string) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.publishAll(queue, Array(count).fill('add'));
  await wire.receive(queue, count);
  const seqs = Array.from({ length: count }, (_, index) => index + 1);
  await wire.request({ action: 'reject', queue, seqs, reason });
  const dead = async () => (await wire.list('deadLetters', { queue })).map((item) => item.seq);
  return { queue, wire, dead };
}

it('keeps what was rejected, with its payload and the reason', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const message = { event: 'add', payload: { bad: ['input'] }, headers: { from: 'shop' }, id: 'order-7' };
  await wire.request({ action: 'publish', queue, ...message });
  await wire.receive(queue, 1);
  const request = { action: 'reject', ref: 'no', queue, seqs: [1, 9], reason: 'malformed' };
  const reply = { type: 'rejected', ref: 'no', queue, settled: 1, inFlight: 0, backlog: 0 };
  expect(await wire.answer(request)).toEqual(reply);
  expect(await wire.list('deadLetters', { queue, clientId: wire.clientId })).toEqual([
    {
      clientId: wire.clientId,
      seq: 1,
      ...message,
      publisher: wire.clientId,
      publishedAt: aTime,
      reason: 'malformed',
      attempts: 1,
      diedAt: aTime,
    },
  ]);
});

it('says something where no reason was given', async () => {
  const { queue, wire } = await withDead(1);
  expect(await wire.list('deadLetters', { queue })).toMatchObject([{ reason: aText }]);
});

it('goes on with what comes after', async () => {
  const { queue, wire } = await withDead(1);
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
});

it('is one subscriber’s: others are delivered to as before', async () => {
  const queue = aQueue();
  const [strict, lenient] = await Promise.all([connect({ clientId: aClient() }), connect({ clientId: aClient() })]);
  await Promise.all([strict.subscribe(queue), lenient.subscribe(queue)]);
  await strict.publish(queue, 'add');
  await Promise.all([strict.receive(queue, 1), lenient.receive(queue, 1)]);
  await strict.request({ action: 'reject', queue, seqs: [1] });
  expect(await lenient.ack(queue, 1)).toMatchObject({ settled: 1 });
  expect(await lenient.list('deadLetters', { queue, clientId: lenient.clientId })).toEqual([]);
  expect(await lenient.list('deadLetters', { queue })).toMatchObject([{ clientId: strict.clientId, seq: 1 }]);
});

it('counts the dead in the list of subscriptions', async () => {
  const { queue, wire } = await withDead(3);
  expect(await wire.list('subscriptions', { queue })).toMatchObject([{ dead: 3, inFlight: 0, backlog: 0 }]);
});

it('lists page after page', async () => {
  const { queue, wire } = await withDead(5);
  const seqs: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: { seq?: unknown }[]; cursor?: string } = await wire.request({
      action: 'list',
      what: 'deadLetters',
      queue,
      limit: 2,
      cursor,
    });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seqs.push(...page.items.map(({ seq }) => seq));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(seqs).toEqual([1, 2, 3, 4, 5]);
});

describe('redrive', () => {
  it('delivers dead letters again, with attempts counted afresh', async () => {
    const { queue, wire, dead } = await withDead(3);
    const request = { action: 'redrive', ref: '9', queue, clientId: wire.clientId, seqs: [2, 44] };
    expect(await wire.answer(request)).toEqual({ type: 'redriven', ref: '9', queue, messages: 1 });
    const [frame] = await wire.deliveries(queue, 1);
    expect(frame).toMatchObject({ messages: [{ seq: 2, payload: 2, attempt: 1 }] });
    expect(frame).not.toHaveProperty('from');
    expect(frame).not.toHaveProperty('next');
    expect(await dead()).toEqual([1, 3]);
    expect(await wire.ack(queue, 2)).toMatchObject({ settled: 1, inFlight: 0 });
    expect(await dead()).toEqual([1, 3]);
  });

  it('takes all of the caller’s where it names none', async () => {
    const { queue, wire, dead } = await withDead(3);
    expect(await wire.request({ action: 'redrive', queue })).toMatchObject({ messages: 3 });
    expect(await wire.receiveAttempts(queue, 3)).toEqual(['1:1', '2:1', '3:1']);
    expect(await dead()).toEqual([]);
  });

  it('is open to another client, who names the subscriber', async () => {
    const { queue, wire } = await withDead(1);
    const operator = await connect();
    const redriven = await operator.request({ action: 'redrive', queue, clientId: wire.clientId });
    expect(redriven).toMatchObject({ messages: 1 });
    expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:1']);
    expect(operator.received.filter(({ type }) => type === 'messages')).toEqual([]);
  });

  it('leaves dead what its subscriber is not subscribed to any more', async () => {
    const queue = aQueue();
    const wire = await connect({ clientId: aClient() });
    await wire.subscribe(queue, { events: ['add', 'delete'] });
    await wire.publishAll(queue, ['add', 'delete']);
    await wire.receive(queue, 2);
    await wire.request({ action: 'reject', queue, seqs: [1, 2] });
    await wire.request({ action: 'unsubscribe', queue, events: ['add'] });
    expect(await wire.request({ action: 'redrive', queue })).toMatchObject({ messages: 1 });
    expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
    expect(await wire.request({ action: 'redrive', queue, seqs: [1] })).toMatchObject({ messages: 0 });
    expect(await wire.list('deadLetters', { queue })).toMatchObject([{ seq: 1 }]);
  });

  it('lets a message die again', async () => {
    const { queue, wire } = await withDead(1, 'first');
    await wire.request({ action: 'redrive', queue });
    await wire.receive(queue, 1);
    await wire.request({ action: 'reject', queue, seqs: [1], reason: 'second' });
    const letters = await wire.list('deadLetters', { queue });
    expect(letters).toMatchObject([{ seq: 1, payload: 1, reason: 'second', attempts: 1 }]);
  });

  it('is harmless to repeat', async () => {
    const { queue, wire } = await withDead(1);
    await wire.request({ action: 'redrive', queue });
    await wire.receive(queue, 1);
    await wire.ack(queue, 1);
    expect(await wire.request({ action: 'redrive', queue })).toMatchObject({ messages: 0 });
  });
});

describe('purge', () => {
  it('drops the dead letters it names', async () => {
    const { queue, wire, dead } = await withDead(3);
    const request = { action: 'purge', ref: 'p', queue, seqs: [1, 3, 44] };
    expect(await wire.answer(request)).toEqual({ type: 'purged', ref: 'p', queue, messages: 2 });
    expect(await dead()).toEqual([2]);
  });

  it('drops all of a client it names where it names no numbers', async () => {
    const { queue, wire, dead } = await withDead(3);
    const operator = await connect();
    expect(await operator.request({ action: 'purge', queue, clientId: wire.clientId })).toMatchObject({ messages: 3 });
    expect(await dead()).toEqual([]);
    expect(await wire.request({ action: 'redrive', queue })).toMatchObject({ messages: 0 });
  });
});

it('lists the largest message with what there is room for of its reason', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const payload = 'x'.repeat(29_990);
  await wire.request({ action: 'publish', queue, event: '漢'.repeat(128), payload, id: '漢'.repeat(128) });
  await wire.receive(queue, 1);
  await wire.request({ action: 'reject', queue, seqs: [1], reason: '\u0001'.repeat(1_024) });
  const [letter] = await wire.list('deadLetters', { queue });
  expect(letter).toMatchObject({ seq: 1, payload });
  expect(letter?.reason).toMatch(/^\p{Cc}{32,}$/u);
});
