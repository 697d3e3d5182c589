import { decodeContext, encodeContext } from '../../../../adapters/lambda/accessContext';
import { authorizer } from '../../../../adapters/lambda/authorizer';
import { type Credential, clientPattern, grantsSchema, type KeyId } from '../../../../broker/access';
import { type Credentials, Unavailable } from '../../../../broker/ports';
import { ProtocolError } from '../../../../broker/protocol';
import { authorizerEvent } from './events';
import { ALL_GRANTS } from './grants';
import { captureOutput } from './output';

const output = captureOutput();

const GOOD = 'eyJhbGciOiJSUzI1NiJ9.e30.c2VjcmV0';

/** Knows one credential. */
const knowing = (credential: Partial<Credential> = {}): Credentials => ({
  verify: async (text) => {
    if (text !== GOOD) throw new ProtocolError('unauthenticated', 'the token is not good');
    return { client: clientPattern.parse('billing'), grants: ALL_GRANTS, ...credential };
  },
});

const allow = (principalId: string) => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: authorizerEvent().methodArn }],
  },
});

describe('the authorizer', () => {
  it.each([
    ['the header', authorizerEvent({}, { Authorization: `Bearer ${GOOD}` })],
    ['the header, whatever its letters', authorizerEvent({}, { AUTHORIZATION: `bearer ${GOOD}` })],
    ['the URL', authorizerEvent({ token: GOOD })],
    ['a subprotocol', authorizerEvent({}, { 'Sec-WebSocket-Protocol': `holdfast.v1, token.${GOOD}` })],
    ['the header before the URL', authorizerEvent({ token: 'old' }, { Authorization: `Bearer ${GOOD}` })],
  ])('lets in who brings a good credential by %s, and hands on who it is', async (_, event) => {
    const until = 1_900_000_000_000;
    const key = 'k1' as KeyId;
    const grants = grantsSchema.parse({ publish: ['Database Events/größe*'], subscribe: ['*'] });
    const decision = await authorizer(knowing({ grants, expiresAt: until, key }))(event);
    expect(decision).toEqual({ ...allow('billing'), context: expect.anything() });
    for (const value of Object.values(decision.context ?? {})) expect(typeof value).toBe('string');
    expect(decodeContext(decision.context)).toEqual({ client: 'billing', grants, expiresAt: until, key });
  });

  it.each([
    ['none', authorizerEvent()],
    ['an empty one', authorizerEvent({ token: '' }, { Authorization: 'Bearer ' })],
    ['one that is not good', authorizerEvent({ token: 'bad' })],
    ['one of another kind', authorizerEvent({}, { Authorization: `Basic ${GOOD}` })],
    ['one in a query without parameters', { ...authorizerEvent(), queryStringParameters: null, headers: null }],
  ])('answers 401 to who brings %s', async (_, event) => {
    // API Gateway takes this very message for it.
    await expect(authorizer(knowing())(event)).rejects.toThrow(/^Unauthorized$/);
  });

  it('answers 403 to who wants to be somebody else', async () => {
    const decision = await authorizer(knowing())(authorizerEvent({ token: GOOD, clientId: 'shop' }));
    expect(decision.policyDocument.Statement[0].Effect).toBe('Deny');
    expect(decision.context).toBeUndefined();
  });

  it('leaves a client id that cannot be one to the function of $connect, without saying who it is', async () => {
    expect(await authorizer(knowing())(authorizerEvent({ token: GOOD, clientId: 'a b' }))).toEqual(allow('nobody'));
  });

  it('gives a credential of several clients to the one of the URL', async () => {
    const workers = authorizer(knowing({ client: clientPattern.parse('worker-*') }));
    expect(await workers(authorizerEvent({ token: GOOD, clientId: 'worker-7' }))).toMatchObject({
      principalId: 'worker-7',
    });
    expect(await workers(authorizerEvent({ token: GOOD }))).toMatchObject({ principalId: 'nobody' });
  });

  it('answers 500, and refuses nobody for good, where it cannot find out', async () => {
    const broken: Credentials = { verify: () => Promise.reject(new Unavailable('no keys')) };
    await expect(authorizer(broken)(authorizerEvent({ token: GOOD }))).rejects.toThrow(Unavailable);
  });

  it('leaves one line a handshake, which says who it was and nothing of the credential', async () => {
    const decide = authorizer(knowing());
    await decide(authorizerEvent({ token: GOOD }, { Authorization: `Bearer ${GOOD}` }));
    await decide(authorizerEvent({ token: GOOD, clientId: 'shop' }));
    await decide(authorizerEvent({ token: `${GOOD}x` })).catch(() => undefined);
    expect(output.lines()).toMatchObject([
      { msg: 'authorize', client: 'billing' },
      { msg: 'authorize', refused: expect.stringMatching(/clientId/) },
      { msg: 'authorize', refused: 'the token is not good' },
    ]);
    expect(output.text()).not.toContain(GOOD);
  });
});

describe('what an authorizer hands on', () => {
  it.each([undefined, null, 'billing', {}, { clientId: 'billing' }, { clientId: 'a b', grants: '{}' }])(
    'is nothing if it is %j',
    (context) => {
      expect(decodeContext(context)).toBeUndefined();
    },
  );

  it('is read as it was written, with what API Gateway adds', () => {
    const identity = { client: clientPattern.parse('billing') as never, grants: ALL_GRANTS };
    const added = { principalId: 'billing', integrationLatency: 12 };
    expect(decodeContext({ ...encodeContext(identity), ...added })).toEqual(identity);
  });
});
