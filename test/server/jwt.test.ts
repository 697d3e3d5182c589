import { AUDIENCE, type Provider, startProvider } from '../provider/provider';
import { enter, refusalOf } from './credentials';
import { aFolder, afterwards, aServerCalled } from './own';

const everything = { publish: ['*'], subscribe: ['*'] };
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

async function guarded(): Promise<{ provider: Provider; url: string }> {
  const provider = await startProvider();
  afterwards(() => provider.close());
  const trust = ['--auth', 'jwt', '--jwt-issuer', provider.issuer, '--jwt-audience', AUDIENCE];
  const { url } = await aServerCalled({ args: ['--port', '0', '--data', aFolder(), ...trust] });
  return { provider, url };
}

test('A token of the issuer names the client and grants what its claim says; others are refused with 401', async () => {
  const { provider, url } = await guarded();
  const token = await provider.token({ sub: 'auth0|42', holdfast: { publish: ['orders/*'] } });
  const wire = await enter(url, { bearer: token });
  expect(wire.clientId).toBe('auth0:7C42');
  expect(await wire.publish('orders', 'created')).toMatchObject({ seq: 1 });
  expect(await wire.refusal({ action: 'subscribe', queue: 'orders' })).toMatchObject({ code: 'forbidden' });
  for (const claims of [{ aud: 'other' }, { exp: inSeconds(-60) }, { iss: 'https://other.example.com' }])
    expect(await refusalOf(url, { bearer: await provider.token({ sub: 'billing', ...claims }) })).toMatchObject({
      status: 401,
    });
  expect(await refusalOf(url, { bearer: token, clientId: 'billing' })).toMatchObject({ status: 403 });
});

test('A provider that cannot be asked is no reason to refuse anybody for good: 503', async () => {
  const { provider, url } = await guarded();
  const bearer = await provider.token({ sub: 'billing', holdfast: everything });
  provider.answer(500);
  expect(await refusalOf(url, { bearer })).toMatchObject({ status: 503, body: /try again/ });
  provider.answer(undefined);
  await enter(url, { bearer });
});

test('A token that expires ends its connection, what comes in between is refused, and nothing is lost', async () => {
  const { provider, url } = await guarded();
  const claims = { sub: 'billing', holdfast: everything };
  const shop = await enter(url, { bearer: await provider.token({ ...claims, sub: 'shop' }) });
  const wire = await enter(url, { bearer: await provider.token({ ...claims, exp: inSeconds(3) }) });
  await wire.subscribe('orders', { maxInFlight: 2 });
  expect(await wire.next('goodbye')).toMatchObject({ code: 4001, reconnect: false });
  expect(await wire.closed).toBe(4001);
  await shop.publish('orders', 'created');
  const back = await enter(url, { bearer: await provider.token(claims) });
  expect(await back.receive('orders', 1)).toMatchObject([{ seq: 1, attempt: 1 }]);
});

test('A token that is renewed in session carries the connection on; one that is not good, or another’s, changes nothing', async () => {
  const { provider, url } = await guarded();
  const wire = await enter(url, {
    bearer: await provider.token({ sub: 'billing', exp: inSeconds(3), holdfast: { publish: ['a/*'] } }),
  });
  expect(await wire.refusal({ action: 'auth', token: 'nonsense' })).toMatchObject({ code: 'unauthenticated' });
  const others = await provider.token({ sub: 'shop', holdfast: everything });
  expect(await wire.refusal({ action: 'auth', token: others })).toMatchObject({ code: 'forbidden', field: 'token' });
  expect(await wire.refusal({ action: 'publish', queue: 'b', event: 'e' })).toMatchObject({ code: 'forbidden' });
  const exp = inSeconds(600);
  const renewed = await provider.token({ sub: 'billing', exp, holdfast: everything });
  expect(await wire.answer({ action: 'auth', token: renewed })).toMatchObject({
    type: 'authenticated',
    clientId: 'billing',
    expiresAt: new Date(exp * 1000).toISOString(),
  });
  expect(await wire.publish('b', 'e')).toMatchObject({ seq: 1 });
  await wire.expectNone('goodbye', 4_000);
}, 20_000);
