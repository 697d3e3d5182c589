import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { Holdfast } from '../../lib';
import { deployed, inOwnStack, newApp, resource, resources } from './synthesize';

const template = deployed();
const routes = Object.entries(resources(template, 'AWS::ApiGatewayV2::Route'));
const routeOf = (action: string) => {
  const found = routes.find(([, { Properties }]) => Properties.RouteKey === action);
  if (!found) throw new Error(`no route ${action}`);
  return { logicalId: found[0], properties: found[1].Properties };
};
/** The function that the integration of a route invokes, found by the reference in its URI. */
const functionOf = (action: string) => {
  const target = JSON.stringify(routeOf(action).properties.Target);
  const integrations = Object.entries(resources(template, 'AWS::ApiGatewayV2::Integration'));
  const integration = integrations.find(([logicalId]) => target.includes(logicalId));
  return /QueueFunctions([A-Z][a-z]+)Function[0-9A-F]{8}/.exec(JSON.stringify(integration))?.[1]?.toLowerCase();
};

const expected: [action: string, answeredBy: string][] = [
  ['$connect', 'connect'],
  ['$disconnect', 'disconnect'],
  ['$default', 'default'],
  ['publish', 'publish'],
  ['subscribe', 'subscribe'],
  ['unsubscribe', 'subscribe'],
  ['seek', 'subscribe'],
  ['ack', 'ack'],
  ['nack', 'ack'],
  ['reject', 'ack'],
  ['extend', 'ack'],
  ['catchup', 'ack'],
  ['list', 'list'],
  ['status', 'list'],
  ['redrive', 'list'],
  ['purge', 'list'],
  ['auth', 'subscribe'],
];

describe('the API', () => {
  test('chooses the route by the action of a frame', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  test('is told from others in an account, as is what decides on its handshakes, by the path of its queue', () => {
    const names = (of: typeof template) =>
      ['Api', 'Authorizer'].map(
        (type) => Object.values(resources(of, `AWS::ApiGatewayV2::${type}`))[0]?.Properties.Name,
      );
    expect(names(deployed({ auth: 'keys' }))).toEqual(['Holdfast-Queue', 'Holdfast-Queue']);
    const stack = new Stack(newApp(), 'Own');
    const auth = { by: 'keys' } as const;
    for (const id of ['Orders', 'x'.repeat(200)]) new Holdfast(new Construct(stack, `In${id}`), 'Queue', { auth });
    const apis = Object.values(resources(Template.fromStack(stack), 'AWS::ApiGatewayV2::Api'));
    expect(apis.map(({ Properties }) => Properties.Name)).toEqual(['Own-InOrders-Queue', `${'x'.repeat(122)}-Queue`]);
  });

  test.each(expected)('has %s answered by %s', (action, answeredBy) => {
    expect(functionOf(action)).toBe(answeredBy);
  });

  test('has no other routes', () => {
    expect(routes).toHaveLength(expected.length);
  });

  test.each(expected.map(([action]) => action).filter((action) => !/connect/.test(action)))(
    'sends what %s returns to the client',
    (action) => {
      const { logicalId, properties } = routeOf(action);
      expect(properties.RouteResponseSelectionExpression).toBe('$default');
      template.hasResourceProperties('AWS::ApiGatewayV2::RouteResponse', {
        RouteId: { Ref: logicalId },
        RouteResponseKey: '$default',
      });
    },
  );

  test('lets through half of what an account has, unless told otherwise', () => {
    const stage = 'AWS::ApiGatewayV2::Stage';
    template.hasResourceProperties(stage, {
      StageName: 'v1',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 5000, ThrottlingBurstLimit: 2500 },
    });
    inOwnStack({ throttle: { rateLimit: 10, burstLimit: 5 }, stageName: 'mine' })
      .template()
      .hasResourceProperties(stage, {
        StageName: 'mine',
        DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 5 },
      });
  });

  test('logs no access until asked to, and then nothing of what is in the frames', () => {
    const logged = inOwnStack({ accessLog: true }).template();
    const settings = (of: typeof template) =>
      Object.values(resources(of, 'AWS::ApiGatewayV2::Stage'))[0]?.Properties.AccessLogSettings as
        | { Format: string }
        | undefined;
    expect(settings(template)).toBeUndefined();
    expect(settings(logged)?.Format).toContain('$context.routeKey');
    expect(settings(logged)?.Format).not.toMatch(/authorizer|\$input|header|query/i);
  });

  test('logs nothing of what is in the frames to the log of executions either', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::ApiGatewayV2::Stage'))) {
      const settings = Properties.DefaultRouteSettings as Record<string, unknown>;
      expect(settings).not.toHaveProperty('DataTraceEnabled', true);
      expect(settings).not.toHaveProperty('LoggingLevel');
    }
  });

  test('has its URL in the output of the stack', () => {
    template.hasOutput('Url', { Value: { 'Fn::Join': ['', ['wss://', ...hostAndStage()]] } });
  });

  test('tells the functions where to push', () => {
    const { Environment } = resource(template, 'AWS::Lambda::Function', 'QueueFunctionsDeliverFunction').Properties as {
      Environment: { Variables: Record<string, unknown> };
    };
    expect(Environment.Variables.HOLDFAST_CALLBACK_URL).toEqual({ 'Fn::Join': ['', ['https://', ...hostAndStage()]] });
  });

  function hostAndStage(): unknown[] {
    const [api] = Object.keys(resources(template, 'AWS::ApiGatewayV2::Api'));
    return [{ Ref: api }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/v1'];
  }
});

describe('in an emulator', () => {
  const emulated = deployed({ emulator: 'http://127.0.0.1:4566', routeResponses: 'false' });

  test('URLs point to the emulator', () => {
    const [api] = Object.keys(resources(emulated, 'AWS::ApiGatewayV2::Api'));
    const path = ['://127.0.0.1:4566/_aws/execute-api/', { Ref: api }, '/v1'] as const;
    emulated.hasOutput('Url', { Value: { 'Fn::Join': ['', [`ws${path[0]}`, path[1], path[2]]] } });
    emulated.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: { HOLDFAST_CALLBACK_URL: { 'Fn::Join': ['', [`http${path[0]}`, path[1], path[2]]] } } },
    });
  });

  test('nothing is left out but the route responses', () => {
    const count = (of: typeof template) => {
      const types = Object.values(of.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
      return types.filter((type) => type !== 'AWS::ApiGatewayV2::RouteResponse').sort();
    };
    expect(count(emulated)).toEqual(count(template));
    emulated.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 0);
  });
});
