import { generateKeyPair, SignJWT } from 'jose';
import { DEFAULT_CLAIMS, JwtCredentials, type JwtSettings } from '../../../../adapters/jwt';
import { grantsSchema } from '../../../../broker/access';
import { Unavailable } from '../../../../broker/ports';
import { ProtocolError } from '../../../../broker/protocol';
import { AUDIENCE, type Claims, type Provider, startProvider } from '../../../provider/provider';

const MINUTE = 60_000;
const running: Provider[] = [];
afterEach(async () => {
  for (const provider of running.splice(0)) await provider.close();
});

async function aProvider(algorithm?: string): Promise<Provider> {
  const provider = await startProvider(algorithm);
  running.push(provider);
  return provider;
}

const trusting = ({ issuer }: Pick<Provider, 'issuer'>, more: Partial<JwtSettings> = {}) =>
  new JwtCredentials({ issuer, audience: [AUDIENCE], ...DEFAULT_CLAIMS, ...more });

/** What a token is refused with. */
async function refusal(provider: Provider, text: string, more: Partial<JwtSettings> = {}): Promise<string> {
  try {
    await trusting(provider, more).verify(text, Date.now());
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'unauthenticated') return error.message;
    throw error;
  }
  throw new Error('It was taken');
}

describe('a token', () => {
  it('says who it is, what is granted and until when', async () => {
    const provider = await aProvider();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const granted = { publish: ['orders/*'], subscribe: ['*'] };
    const token = await provider.token({ sub: 'auth0|42', exp, holdfast: granted });
    expect(await trusting(provider).verify(token, Date.now())).toEqual({
      client: 'auth0:7C42',
      grants: grantsSchema.parse(granted),
      expiresAt: exp * 1000,
    });
  });

  it.each(['RS256', 'PS512', 'ES256', 'ES384', 'EdDSA'])('may be signed by %s', async (algorithm) => {
    const provider = await aProvider(algorithm);
    const token = await provider.token({ sub: 'billing' });
    expect(await trusting(provider).verify(token, Date.now())).toMatchObject({ client: 'billing' });
  });

  it('without grants grants nothing', async () => {
    const provider = await aProvider();
    const { grants } = await trusting(provider).verify(await provider.token({ sub: 'billing' }), Date.now());
    expect(grants).toEqual({ publish: [], subscribe: [], admin: [] });
  });

  it.each([
    ['as a text', { holdfast: '{"publish":["orders/*"]}' }, {}],
    [
      'in another claim',
      { 'https://example.com/may': { publish: ['orders/*'] } },
      { grantsClaim: 'https://example.com/may' },
    ],
  ])('may have its grants %s', async (_how, claims, settings) => {
    const provider = await aProvider();
    const token = await provider.token({ sub: 'billing', ...claims });
    const { grants } = await trusting(provider, settings).verify(token, Date.now());
    expect(grants).toEqual(grantsSchema.parse({ publish: ['orders/*'] }));
  });

  it.each([
    ['for one of several audiences', { aud: ['https://other.example.com', AUDIENCE] }],
    ['that was issued to an audience, and says no other, as those of Cognito', { aud: undefined, client_id: AUDIENCE }],
  ])('%s is good', async (_what, claims) => {
    const provider = await aProvider();
    const token = await provider.token({ sub: 'billing', ...claims });
    expect(await trusting(provider).verify(token, Date.now())).toMatchObject({ client: 'billing' });
  });

  it('may name its client in another claim', async () => {
    const provider = await aProvider();
    const token = await provider.token({ sub: '7', device: 'till-3' });
    const credential = await trusting(provider, { clientClaim: 'device' }).verify(token, Date.now());
    expect(credential.client).toBe('till-3');
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  it.each<[string, Claims, RegExp]>([
    ['has expired', { exp: past }, /has expired/],
    ['never expires', { exp: undefined }, /no claim exp/],
    ['is not good yet', { nbf: past + 3600 }, /claim nbf/],
    ['is for another audience', { aud: 'https://other.example.com' }, /another audience/],
    ['is for nobody', { aud: undefined }, /another audience/],
    ['was issued to an audience, but is for another', { aud: 'x', client_id: AUDIENCE }, /another audience/],
    ['is of another issuer', { iss: 'https://other.example.com' }, /claim iss/],
    ['names nobody', { sub: undefined }, /claim sub/],
    ['names somebody by a number', { sub: 7 }, /claim sub/],
    ['names somebody who can be no client', { sub: '' }, /1 to 128 characters/],
    ['names somebody whom the server names', { sub: 'anon-1' }, /anon-/],
    ['has a misspelt right', { holdfast: { publsh: ['*'] } }, /claim holdfast/],
    ['has a pattern that is none', { holdfast: { publish: ['orders'] } }, /QUEUE\/EVENT/],
    ['has grants that are no object', { holdfast: 'publish' }, /claim holdfast/],
  ])('that %s is refused, and it is said why', async (_what, claims, expected) => {
    const provider = await aProvider();
    const token = await provider.token({ sub: 'billing', ...claims });
    const message = await refusal(provider, token);
    expect(message).toMatch(expected);
    expect(message).not.toContain(token);
  });

  it('is good 5 s before its nbf, for clocks may be apart, and no sooner', async () => {
    const provider = await aProvider();
    const nbf = Math.floor(Date.now() / 1000);
    const token = await provider.token({ sub: 'billing', nbf, exp: nbf + 600 });
    const credentials = trusting(provider);
    expect(await credentials.verify(token, (nbf - 5) * 1000)).toMatchObject({ client: 'billing' });
    await expect(credentials.verify(token, (nbf - 6) * 1000)).rejects.toThrow(/claim nbf/);
  });

  it('is good until its exp, and no longer: its connection would end at once', async () => {
    const provider = await aProvider();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await provider.token({ sub: 'billing', exp });
    const credentials = trusting(provider);
    expect(await credentials.verify(token, exp * 1000 - 1)).toMatchObject({ expiresAt: exp * 1000 });
    for (const late of [0, 2_000, 4_000])
      await expect(credentials.verify(token, exp * 1000 + late)).rejects.toThrow(/has expired/);
  });

  it('that was tampered with is refused', async () => {
    const provider = await aProvider();
    const [header, , signature] = (await provider.token({ sub: 'billing' })).split('.');
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'admin', exp: Math.floor(Date.now() / 1000) + 60 };
    const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    expect(await refusal(provider, forged)).toMatch(/signature/);
  });

  it.each(['', 'hello', 'a.b.c', 'hf_00000000000000000000_secret', '{"alg":"none"}', 'é.é.é', 'x'.repeat(16_384)])(
    'that is none is refused: %.20s',
    async (text) => {
      expect(await refusal(await aProvider(), text)).toMatch(/not a signed JWT/);
    },
  );

  it('that is not signed is refused', async () => {
    const provider = await aProvider();
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'billing', exp: Math.floor(Date.now() / 1000) + 60 };
    const text = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    expect(await refusal(provider, `${text.join('.')}.`)).toMatch(/must be signed by one of RS256/);
  });

  it('that is signed by what is no secret, the public key, is refused', async () => {
    const provider = await aProvider('RS256');
    const published = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: [{ kid: string; n: string }] };
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'billing' };
    const [{ kid, n }] = published.keys;
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).setExpirationTime('1h');
    expect(await refusal(provider, await token.sign(Buffer.from(n, 'base64url')))).toMatch(/must be signed by one of/);
  });

  it('that is signed by a key of somebody else is refused', async () => {
    const provider = await aProvider();
    const { privateKey } = await generateKeyPair('ES256');
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'billing' };
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'other' }).setExpirationTime('1h');
    expect(await refusal(provider, await token.sign(privateKey))).toMatch(/no key that its issuer has/);
  });
});

describe('the keys of the issuer', () => {
  it('are asked for once', async () => {
    const provider = await aProvider();
    const credentials = trusting(provider);
    for (const sub of ['a', 'b', 'c']) await credentials.verify(await provider.token({ sub }), Date.now());
    expect([provider.asked('openid-configuration'), provider.asked('jwks')]).toEqual([1, 1]);
  });

  it('are asked for again when a token is signed by a new one, but not all the time', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const provider = await aProvider();
      const credentials = trusting(provider);
      await credentials.verify(await provider.token({ sub: 'a' }), Date.now());
      await provider.rotate('ES256');
      jest.setSystemTime(Date.now() + MINUTE);
      await credentials.verify(await provider.token({ sub: 'b' }), Date.now());
      expect(provider.asked('jwks')).toBe(2);
      await provider.rotate();
      await expect(credentials.verify(await provider.token({ sub: 'c' }), Date.now())).rejects.toThrow(/no key/);
      expect(provider.asked('jwks')).toBe(2);
    } finally {
      jest.useRealTimers();
    }
  });

  it('that cannot be had now may be had later: nobody is refused for it', async () => {
    const provider = await aProvider();
    const credentials = trusting(provider);
    const token = await provider.token({ sub: 'billing' });
    for (const status of [500, 404, 302]) {
      provider.answer(status);
      await expect(credentials.verify(token, Date.now())).rejects.toThrow(Unavailable);
    }
    provider.answer(undefined);
    expect(await credentials.verify(token, Date.now())).toMatchObject({ client: 'billing' });
  });

  it('of another issuer than was asked are not taken', async () => {
    const provider = await aProvider();
    const elsewhere = trusting({ issuer: `${provider.issuer}/` });
    await expect(elsewhere.verify(await provider.token({ sub: 'a' }), Date.now())).rejects.toThrow(Unavailable);
  });
});
