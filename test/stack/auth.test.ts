import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AuthNotChosen, Holdfast, HoldfastStack, type JwtAuth } from '../../lib';
import { deployed, inOwnStack, newApp, resources, withoutAssets } from './synthesize';

const lambda = 'AWS::Lambda::Function';
const jwt = { auth: 'jwt', issuer: 'https://auth.example.com/', audience: 'queue,other' };

/** What a choice on the command line makes of the stack. */
const stackWith = (context: Record<string, unknown>) =>
  new HoldfastStack(newApp({ ...withoutAssets, ...context }), 'Holdfast');

const functionsOf = (template: Template) =>
  Object.entries(resources(template, lambda)).map(([id, { Properties }]) => ({
    name: /QueueFunctions(\w+)Function/.exec(id)?.[1],
    variables: (Properties.Environment as { Variables: Record<string, string> }).Variables,
  }));

const connectRoute = (template: Template) =>
  Object.values(resources(template, 'AWS::ApiGatewayV2::Route')).find(
    ({ Properties }) => Properties.RouteKey === '$connect',
  )?.Properties;

describe('a deployment', () => {
  test.each([
    [{}, /nobody chose who may connect: add -c auth=keys .*, -c auth=jwt .*, or -c auth=none/],
    [{ auth: 'password' }, /there is no -c auth=password: add -c auth=keys/],
    [{ auth: 'jwt' }, /-c auth=jwt needs -c issuer=.* and -c audience=/],
    [{ auth: 'jwt', issuer: 'https://auth.example.com' }, /needs .* -c audience=/],
    [{ ...jwt, issuer: 'http://auth.example.com' }, /the issuer must be a URL such as https/],
    [{ ...jwt, audience: 'queue,' }, /the audience must be one or more of what tokens have .*, not \["queue",""\]/],
  ])('with %j is refused, and it is said what can be chosen', (context, expected) => {
    expect(() => stackWith(context)).toThrow(AuthNotChosen);
    expect(() => stackWith(context)).toThrow(expected);
  });

  test.each([[[]], [['']], [['queue,other']]])('for the audience %j in a stack of one’s own is refused', (audience) => {
    const auth = { by: 'jwt', issuer: 'https://auth.example.com', audience } as const;
    expect(() => inOwnStack({ auth })).toThrow(`without commas, not ${JSON.stringify(audience)}`);
  });

  test('that is open says so, in its output and while it is deployed', () => {
    const stack = stackWith({ auth: 'none' });
    const open = 'OPEN: whoever knows the URL can read and write (-c auth=none)';
    Template.fromStack(stack).hasOutput('Access', { Value: open });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('OPEN: whoever knows the URL'));
    expect(connectRoute(Template.fromStack(stack))?.AuthorizationType).toBe('NONE');
    expect(functionsOf(Template.fromStack(stack)).filter(({ name }) => name?.startsWith('Auth'))).toEqual([]);
  });

  test('that is not says who may connect, and warns of nothing', () => {
    for (const [context, access] of [
      [{ auth: 'keys' }, /API key/],
      [jwt, /token of the issuer/],
    ] as const) {
      const stack = stackWith(context);
      Template.fromStack(stack).hasOutput('Access', { Value: Match.stringLikeRegexp(access.source) });
      Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    }
  });
});

describe.each([
  ['keys', { auth: 'keys' }, 'Keys'],
  ['tokens', jwt, 'Jwt'],
])('access by %s', (_, context, kind) => {
  const template = deployed(context);

  test('is decided by a function at every $connect, whatever the handshake holds', () => {
    const [[id, authorizer] = []] = Object.entries(resources(template, 'AWS::ApiGatewayV2::Authorizer'));
    expect(authorizer?.Properties).toMatchObject({ AuthorizerType: 'REQUEST', IdentitySource: [] });
    expect(JSON.stringify(authorizer?.Properties.AuthorizerUri)).toContain(`QueueFunctionsAuthorize${kind}Function`);
    expect(connectRoute(template)).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: id } });
  });

  test('may be renewed by a function of its own', () => {
    const route = Object.values(resources(template, 'AWS::ApiGatewayV2::Route')).find(
      ({ Properties }) => Properties.RouteKey === 'auth',
    );
    const integrations = Object.entries(resources(template, 'AWS::ApiGatewayV2::Integration'));
    const integration = integrations.find(([id]) => JSON.stringify(route?.Properties.Target).includes(id));
    expect(JSON.stringify(integration)).toContain(`QueueFunctionsAuthenticate${kind}Function`);
  });

  test('is known to every function', () => {
    for (const { variables } of functionsOf(template)) expect(variables.HOLDFAST_AUTH).toBe(context.auth);
  });
});

test('Only the functions that check tokens know whose are good', () => {
  for (const { name, variables } of functionsOf(deployed({ ...jwt, grantsClaim: 'https://example.com/may' }))) {
    const own = Object.fromEntries(
      Object.entries(variables).filter(([variable]) => variable.startsWith('HOLDFAST_JWT')),
    );
    if (name === 'AuthorizeJwt' || name === 'AuthenticateJwt')
      expect(own).toEqual({
        HOLDFAST_JWT_ISSUER: 'https://auth.example.com/',
        HOLDFAST_JWT_AUDIENCE: 'queue,other',
        HOLDFAST_JWT_CLIENT_CLAIM: 'sub',
        HOLDFAST_JWT_GRANTS_CLAIM: 'https://example.com/may',
      });
    else expect(own).toEqual({});
  }
});

test.each([
  ['were not set', { clientClaim: undefined, grantsClaim: undefined }],
  ['are empty', { clientClaim: '', grantsClaim: '' }],
])('Claims that are named by variables which %s are the usual ones', (_, claims) => {
  // As a program says it whose compiler lets undefined stand for what is left out.
  const auth: JwtAuth = { by: 'jwt', issuer: 'https://auth.example.com', audience: ['queue'] };
  Object.assign(auth, claims);
  const { template } = inOwnStack({ auth });
  const authorizer = functionsOf(template()).find(({ name }) => name === 'AuthorizeJwt');
  expect(authorizer?.variables).toMatchObject({
    HOLDFAST_JWT_CLIENT_CLAIM: 'sub',
    HOLDFAST_JWT_GRANTS_CLAIM: 'holdfast',
  });
});

test('A deployment with keys names their table', () => {
  deployed({ auth: 'keys' }).hasOutput('KeysTable', { Value: { Ref: Match.stringLikeRegexp('QueueTablesKeys') } });
});

test('The tokens may be those of a Cognito user pool in the same stack', () => {
  const stack = new Stack(newApp(), 'Own', { env: { region: 'eu-central-1', account: '123456789012' } });
  const pool = new UserPool(stack, 'Users');
  const client = pool.addClient('App');
  const issuer = pool.userPoolProviderUrl;
  new Holdfast(stack, 'Queue', { auth: { by: 'jwt', issuer, audience: [client.userPoolClientId] } });
  const authorize = functionsOf(Template.fromStack(stack)).find(({ name }) => name === 'AuthorizeJwt');
  expect(JSON.stringify(authorize?.variables.HOLDFAST_JWT_ISSUER)).toMatch(/cognito-idp|ProviderURL/);
});

test('The audience may be a list that is known only when the stack is deployed', () => {
  const stack = new Stack(newApp(), 'Own', { env: { region: 'eu-central-1', account: '123456789012' } });
  const audience = new CfnParameter(stack, 'Audience', { type: 'CommaDelimitedList' }).valueAsList;
  new Holdfast(stack, 'Queue', { auth: { by: 'jwt', issuer: 'https://auth.example.com', audience } });
  const authorize = functionsOf(Template.fromStack(stack)).find(({ name }) => name === 'AuthorizeJwt');
  expect(authorize?.variables.HOLDFAST_JWT_AUDIENCE).toEqual({ 'Fn::Join': [',', { Ref: 'Audience' }] });
});
