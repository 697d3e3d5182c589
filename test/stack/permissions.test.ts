import { InlineCode, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { permissions } from '../../lib/permissions';
import { deployed, inOwnStack, resource, resources } from './synthesize';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const statementsOf = (template: ReturnType<typeof deployed>, logicalId: RegExp) =>
  Object.entries(resources(template, 'AWS::IAM::Policy'))
    .filter(([id]) => logicalId.test(id))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);

/** What is allowed, as lines such as `GetItem Queues`. */
const allowedOnTables = (statements: Statement[]) =>
  statements
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) =>
        list(Resource).map((resource) => {
          const table = /QueueTables([A-Za-z]+?)[0-9A-F]{8}","Arn"/.exec(JSON.stringify(resource))?.[1];
          const index = /\/index\/\w+/.exec(JSON.stringify(resource))?.[0] ?? '';
          return table && `${action.replace('dynamodb:', '')} ${table}${index}`;
        }),
      ),
    )
    .filter((line) => line !== undefined)
    .sort();

const template = deployed();

const guarded = {
  Jwt: deployed({ auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' }),
  Keys: deployed({ auth: 'keys' }),
};
/** A deployment that has a function. */
const withFunction = (name: string) =>
  name.endsWith('Jwt') ? guarded.Jwt : name.endsWith('Keys') ? guarded.Keys : template;

describe('permissions', () => {
  test.each(Object.entries(permissions))(
    '%s may do to tables what is listed for it, and no more',
    (name, { tables, connected, connectionsByKey }) => {
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const of = withFunction(name);
      const listed = Object.entries(tables).flatMap(([table, actions]) =>
        actions.map((action) => `${action} ${table.charAt(0).toUpperCase()}${table.slice(1)}`),
      );
      expect(allowedOnTables(statementsOf(of, new RegExp(`^QueueFunctions${id}FunctionRole`)))).toEqual(
        [
          ...listed,
          ...(connectionsByKey ? ['Query Connections/index/byKey'] : []),
          ...(connected ? ['Query Subscriptions/index/connected'] : []),
        ].sort(),
      );
    },
  );

  const all = [template, guarded.Jwt, guarded.Keys].flatMap((of) => statementsOf(of, /./));

  test('name every action', () => {
    for (const { Action } of all) expect(list(Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('name every resource; of connections alone, all of this API', () => {
    const wild = all.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    expect(wild).not.toHaveLength(0);
    for (const { Action, Resource } of wild) {
      expect(Action).toBe('execute-api:ManageConnections');
      for (const resource of list(Resource)) {
        expect(JSON.stringify(resource)).toMatch(
          /"Ref":"QueueApiWebSocket[0-9A-F]{8}"},"\/v1\/(POST|DELETE)\/@connections\/\*"/,
        );
      }
    }
  });

  test('come from no managed policy', () => {
    for (const { Properties } of Object.values(resources(template, 'AWS::IAM::Role'))) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  test('to be called are given to API Gateway alone, for the routes of this API', () => {
    const callers = Object.values(resources(template, 'AWS::Lambda::Permission'));
    expect(callers).toHaveLength(17);
    for (const { Properties } of callers) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/QueueApiWebSocket/);
    }
  });
});

describe('a function of somebody else’s', () => {
  const { stack, queue, template: own } = inOwnStack();
  const publisher = new LambdaFunction(stack, 'Publisher', {
    code: new InlineCode('exports.handler = async () => {}'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    environment: queue.publisherEnvironment,
  });
  const grant = queue.grantPublish(publisher);

  test('may publish once it is granted, and nothing else', () => {
    expect(grant.success).toBe(true);
    expect(allowedOnTables(statementsOf(own(), /^Publisher/))).toEqual([
      'BatchGetItem Messages',
      'GetItem Messages',
      'PutItem Messages',
      'UpdateItem Queues',
    ]);
  });

  test('finds the tables by its environment', () => {
    const { Environment } = resource(own(), 'AWS::Lambda::Function', 'Publisher').Properties as {
      Environment: { Variables: object };
    };
    expect(Object.keys(Environment.Variables).sort()).toEqual([
      'HOLDFAST_AWS_DOMAIN',
      'HOLDFAST_MESSAGES_TABLE',
      'HOLDFAST_MESSAGE_RETENTION',
      'HOLDFAST_QUEUES_TABLE',
    ]);
  });
});
