import { dynamodbClient } from '../../adapters/dynamodb';
import { Database } from '../../adapters/dynamodb/database';
import { DynamoKeys } from '../../adapters/dynamodb/keys';
import { newKey } from '../../adapters/keys';
import { clientPattern, grantsSchema, type KeyId } from '../../broker/access';
import { aQueue } from '../conformance/fresh';
import { Wire } from '../conformance/wire';
import { enter, tryTo } from '../server/credentials';
import { deploy } from './deploy';
import { contextFor } from './emulatorUrl';
import { answering } from './health';
import { emulatorEnvironment, endpoint } from './settings';

jest.setTimeout(60_000);

/** A deployment with API keys, beside the open one that the conformance suite talks to. */
let guarded: { readonly url: string; readonly keys: DynamoKeys };

beforeAll(async () => {
  const context = { ...contextFor((await answering(endpoint)) === 'ministack'), auth: 'keys' };
  const { Url, KeysTable = '' } = await deploy(context, 'HoldfastKeys');
  const { AWS_REGION: region = 'us-east-1' } = emulatorEnvironment();
  const client = dynamodbClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  guarded = { url: Url, keys: new DynamoKeys(new Database(client), KeysTable) };
}, 300_000);

async function aKey(client: string, grants: object): Promise<{ key: KeyId; text: string }> {
  const { key, text, hash } = newKey();
  const known = { client: clientPattern.parse(client), grants: grantsSchema.parse(grants) };
  await guarded.keys.add({ key, hash, ...known, createdAt: Date.now() });
  return { key, text };
}

const isLetIn = async (handshake: Parameters<typeof tryTo>[1]) => (await tryTo(guarded.url, handshake)) instanceof Wire;

// MiniStack answers 500 where API Gateway answers 401: which it is, the authorizer's own tests say.
test('Nobody is let in without a good key, and nobody in the name of another', async () => {
  const { text } = await aKey('billing', {});
  expect(await isLetIn({ clientId: 'billing' })).toBe(false);
  expect(await isLetIn({ bearer: `${text.slice(0, -4)}AAAA` })).toBe(false);
  expect(await isLetIn({ bearer: text, clientId: 'shop' })).toBe(false);
  expect(await isLetIn({ bearer: text })).toBe(true);
});

test('What the authorizer says comes with every frame, and decides what it may do', async () => {
  const shop = await enter(guarded.url, { token: (await aKey('shop', { publish: ['orders*/*'] })).text });
  const billing = await enter(guarded.url, { bearer: (await aKey('billing', { subscribe: ['orders*/*'] })).text });
  const queue = aQueue('orders');
  expect([shop.clientId, billing.clientId]).toEqual(['shop', 'billing']);
  await billing.subscribe(queue);
  expect(await billing.refusal({ action: 'publish', queue, event: 'a' })).toMatchObject({
    code: 'forbidden',
  });
  expect(await shop.refusal({ action: 'publish', queue: 'mail', event: 'a' })).toMatchObject({ code: 'forbidden' });
  await shop.publish(queue, 'created', 1);
  expect(await billing.receive(queue, 1)).toMatchObject([{ event: 'created', publisher: 'shop' }]);
});

test('A key may be exchanged in session, and one that is revoked ends its connections within a minute', async () => {
  const [first, second] = [await aKey('audit', { publish: ['a/*'] }), await aKey('audit', { publish: ['b/*'] })];
  const kept = await enter(guarded.url, { bearer: first.text });
  const ended = await enter(guarded.url, { bearer: first.text });
  expect(await kept.answer({ action: 'auth', token: second.text })).toMatchObject({
    type: 'authenticated',
    clientId: 'audit',
  });
  expect(await kept.request({ action: 'publish', queue: 'b', event: 'e' })).toMatchObject({ type: 'published' });
  await guarded.keys.remove(first.key);
  expect(await ended.next('goodbye')).toMatchObject({ code: 4001, reconnect: false });
  await ended.closed;
  expect(await kept.request({ action: 'publish', queue: 'b', event: 'e' })).toMatchObject({ type: 'published' });
  expect(await isLetIn({ bearer: first.text })).toBe(false);
});
