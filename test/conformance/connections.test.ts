import { itNeeds } from './capabilities';
import { aClient, aQueue, aText } from './fresh';
import { attach, connect } from './wire';

it('delivers to every connection of a client', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  await phone.subscribe(queue);
  const publisher = await connect();
  await publisher.publish(queue, 'add', { id: 7 });
  const [onPhone] = await phone.receive(queue, 1);
  const [onLaptop] = await laptop.receive(queue, 1);
  expect(onPhone).toMatchObject({ seq: 1, payload: { id: 7 }, attempt: 1 });
  expect(onLaptop).toEqual(onPhone);
});

it('tells the other connections what one of them acked', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  await phone.subscribe(queue);
  await phone.publishAll(queue, ['add', 'add', 'add']);
  await Promise.all([phone.receive(queue, 3), laptop.receive(queue, 3)]);
  await phone.ack(queue, 1, 3);
  expect(await laptop.next('settled')).toEqual({ type: 'settled', queue, seqs: [1, 3] });
  await phone.request({ action: 'ack', queue, upTo: 3 });
  expect(await laptop.next('settled')).toEqual({ type: 'settled', queue, seqs: [2] });
  expect(phone.received.filter(({ type }) => type === 'settled')).toEqual([]);
});

it('tells the other connections what one of them rejected', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  await phone.subscribe(queue);
  await phone.publish(queue, 'add');
  await Promise.all([phone.receive(queue, 1), laptop.receive(queue, 1)]);
  await laptop.request({ action: 'reject', queue, seqs: [1] });
  expect(await phone.next('settled')).toEqual({ type: 'settled', queue, seqs: [1] });
});

it('counts the first settlement and skips the second', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  await phone.subscribe(queue);
  await phone.publishAll(queue, ['add', 'add']);
  await Promise.all([phone.receive(queue, 2), laptop.receive(queue, 2)]);
  expect(await phone.ack(queue, 1)).toMatchObject({ settled: 1 });
  await laptop.next('settled');
  expect(await laptop.ack(queue, 1)).toMatchObject({ settled: 0 });
  // What the second ack must not cause would come before what the third causes.
  await laptop.ack(queue, 2);
  expect(await phone.next('settled')).toEqual({ type: 'settled', queue, seqs: [2] });
});

it('goes on delivering to the connections that are left', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  await phone.subscribe(queue);
  await phone.close();
  const publisher = await connect();
  await publisher.publish(queue, 'add');
  expect(await laptop.receiveAttempts(queue, 1)).toEqual(['1:1']);
});

describe('beyond ten connections of one client', () => {
  const eleven = async () => {
    const clientId = aClient();
    const ten = [];
    for (let i = 0; i < 10; i++) ten.push(await connect({ clientId }));
    return { ten, eleventh: await attach({ clientId }) };
  };

  it('says goodbye to the eleventh, not to come back, and ends it', async () => {
    const { ten, eleventh } = await eleven();
    const goodbye = await eleventh.next('goodbye');
    expect(goodbye).toEqual({ type: 'goodbye', code: goodbye.code, reason: aText, reconnect: false });
    expect(goodbye.code).toBeGreaterThanOrEqual(4000);
    expect(goodbye.code).toBeLessThan(4100);
    await eleventh.closed;
    for (const wire of ten) expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
  });

  itNeeds('closeCodes')('closes with the code of the goodbye', async () => {
    const { eleventh } = await eleven();
    const goodbye = await eleventh.next('goodbye');
    expect(await eleventh.closed).toBe(goodbye.code);
  });
});
