import { aKey, enter, refusalOf, revoke } from './credentials';
import { aFolder, aServerCalled } from './own';

const everything = { publish: ['*'], subscribe: ['*'], admin: ['*'] };

async function guarded(data = aFolder(), ...more: string[]) {
  const server = await aServerCalled({ args: ['--port', '0', '--data', data, '--auth', 'keys', ...more] });
  return { data, server, url: server.url };
}

test('Who has no credential, or not a good one, is refused with 401, and told how to bring one', async () => {
  const { data, url } = await guarded();
  const { text } = await aKey(data, 'billing', everything);
  expect(await refusalOf(url, { clientId: 'billing' })).toEqual({
    status: 401,
    body: expect.stringMatching(/Authorization: Bearer …, \?token=…, or the subprotocol/),
  });
  const forged = `${text.slice(0, -4)}AAAA`;
  for (const credential of [{ bearer: forged }, { token: forged }, { protocols: ['holdfast.v1', `token.${forged}`] }])
    expect(await refusalOf(url, credential)).toMatchObject({
      status: 401,
      body: expect.stringMatching(/is not known/),
    });
});

test.each([
  ['the Authorization header', (key: string) => ({ bearer: key })],
  ['the URL', (key: string) => ({ token: key })],
  ['a subprotocol', (key: string) => ({ protocols: [`token.${key}`, 'holdfast.v1'] })],
])('A key may come by %s, made before the server or while it runs, and names the client', async (_, present) => {
  const data = aFolder();
  const before = await aKey(data, 'billing', everything);
  const { url } = await guarded(data);
  const after = await aKey(data, 'audit', everything);
  expect((await enter(url, present(before.text))).clientId).toBe('billing');
  expect((await enter(url, present(after.text))).clientId).toBe('audit');
});

test('The server echoes its own subprotocol and never the credential', async () => {
  const { data, url } = await guarded();
  const { text } = await aKey(data, 'billing', everything);
  for (const protocols of [
    ['holdfast.v1', `token.${text}`],
    [`token.${text}`, 'holdfast.v1'],
  ])
    expect((await enter(url, { protocols })).socket.protocol).toBe('holdfast.v1');
});

test('A client id in the URL must be the one of the key: 403 otherwise', async () => {
  const { data, url } = await guarded();
  const { text } = await aKey(data, 'billing', everything);
  expect((await enter(url, { clientId: 'billing', bearer: text })).clientId).toBe('billing');
  const refusal = await refusalOf(url, { clientId: 'shop', bearer: text });
  expect(refusal).toEqual({ status: 403, body: expect.stringMatching(/clientId must be billing/) });
  expect(await refusalOf(url, { clientId: 'not valid', bearer: text })).toMatchObject({ status: 400 });
});

test('A key of several clients speaks for the one in the URL', async () => {
  const { data, url } = await guarded();
  const { text } = await aKey(data, 'worker-*', everything);
  expect((await enter(url, { clientId: 'worker-7', bearer: text })).clientId).toBe('worker-7');
  expect(await refusalOf(url, { bearer: text })).toMatchObject({ status: 403, body: /clientId must be given/ });
  expect(await refusalOf(url, { clientId: 'billing', bearer: text })).toMatchObject({ status: 403 });
  expect(await refusalOf(url, { clientId: 'anon-7', bearer: text })).toMatchObject({ status: 403 });
});

test('A client may do what its key grants, and nothing in a frame makes it somebody else', async () => {
  const { data, url } = await guarded();
  const shop = await enter(url, { bearer: (await aKey(data, 'shop', { publish: ['orders/created'] })).text });
  const billing = await enter(url, { bearer: (await aKey(data, 'billing', { subscribe: ['orders/*'] })).text });
  await billing.subscribe('orders');
  expect(await billing.refusal({ action: 'subscribe', queue: 'mail' })).toMatchObject({ code: 'forbidden' });
  expect(await billing.refusal({ action: 'publish', queue: 'orders', event: 'created' })).toMatchObject({
    code: 'forbidden',
    field: 'event',
  });
  expect(await shop.refusal({ action: 'publish', queue: 'orders', event: 'deleted' })).toMatchObject({
    code: 'forbidden',
  });
  const claims = { clientId: 'billing', client: 'billing', publisher: 'billing', access: everything };
  await shop.request({ action: 'publish', queue: 'orders', event: 'created', ...claims });
  expect(await billing.receive('orders', 1)).toMatchObject([{ seq: 1, publisher: 'shop' }]);
  expect(await shop.refusal({ action: 'ack', queue: 'orders', seqs: [1], ...claims })).toMatchObject({
    code: 'not_found',
  });
  expect(await shop.list('clients', claims)).toMatchObject([{ clientId: 'shop' }]);
});

test('A key that is revoked lets nobody in, and ends its connections with a goodbye; others stay', async () => {
  const { data, url } = await guarded();
  const [bad, good] = [await aKey(data, 'billing', everything), await aKey(data, 'billing', everything)];
  const wires = [await enter(url, { bearer: bad.text }), await enter(url, { bearer: bad.text })];
  const other = await enter(url, { bearer: good.text });
  await revoke(data, bad.key);
  expect(await refusalOf(url, { bearer: bad.text })).toMatchObject({ status: 401 });
  for (const wire of wires) {
    expect(await wire.next('goodbye')).toMatchObject({ code: 4001, reconnect: false, reason: /revoked/ });
    expect(await wire.closed).toBe(4001);
  }
  expect(await other.publish('orders', 'created')).toMatchObject({ seq: 1 });
}, 20_000);

test('A connection that goes on with another key is not ended when the first is revoked', async () => {
  const { data, url } = await guarded();
  const [first, second] = [
    await aKey(data, 'billing', everything),
    await aKey(data, 'billing', { publish: ['log/*'] }),
  ];
  const wire = await enter(url, { bearer: first.text });
  const witness = await enter(url, { bearer: first.text });
  const reply = await wire.answer({ action: 'auth', token: second.text });
  expect(reply).toEqual({ type: 'authenticated', ref: expect.any(String), clientId: 'billing' });
  await revoke(data, first.key);
  await witness.next('goodbye');
  expect(await wire.publish('log', 'line')).toMatchObject({ seq: 1 });
  expect(await wire.refusal({ action: 'publish', queue: 'orders', event: 'a' })).toMatchObject({ code: 'forbidden' });
}, 20_000);

test('A key that expires ends its connections then', async () => {
  const { data, url } = await guarded();
  const { text } = await aKey(data, 'billing', everything, { expiresAt: Date.now() + 2_500 });
  const wire = await enter(url, { bearer: text });
  await wire.publish('orders', 'created');
  expect(await wire.next('goodbye')).toMatchObject({ code: 4001, reason: /expired/ });
  expect(await refusalOf(url, { bearer: text })).toMatchObject({ status: 401, body: /expired/ });
});

test('No credential is in what the server writes, whatever it is asked for', async () => {
  const { data, url, server } = await guarded(undefined, '--log-level', 'debug');
  const { text, key } = await aKey(data, 'billing', everything);
  const wire = await enter(url, { token: text });
  await refusalOf(url, { token: `${text}x`, clientId: 'billing' });
  await refusalOf(url, { token: text, clientId: 'shop' });
  await wire.refusal({ action: 'auth', token: `${text}x` });
  await wire.refusal({ action: 'auth', token: { secret: text } });
  wire.send(`{"action":"auth","token":"${text}`);
  await wire.next('error');
  await revoke(data, key);
  await wire.next('goodbye');
  await server.stop();
  const secret = text.slice(-43);
  expect(server.output() + server.complaints()).not.toContain(secret);
  expect(wire.received.map((frame) => JSON.stringify(frame)).join('')).not.toContain(secret);
}, 20_000);
