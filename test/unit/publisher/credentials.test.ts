import { isRetryable, publisher, ServerFault, Unauthenticated } from '../../../publisher';
import { type Service, serve } from '../adapters/service';

const before = { ...process.env };
const environment = {
  HOLDFAST_QUEUES_TABLE: 'queues',
  HOLDFAST_MESSAGES_TABLE: 'messages',
  HOLDFAST_MESSAGE_RETENTION: '3600',
  HOLDFAST_AWS_DOMAIN: 'amazonaws.com',
};
const identity = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

let dynamodb: Service;

beforeEach(async () => {
  dynamodb = await serve(() => ({ status: 400, type: 'ResourceNotFoundException' }));
  process.env = { ...before, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint };
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
});
afterEach(async () => {
  process.env = before;
  await dynamodb.close();
});

const failureWith = (options: Parameters<typeof publisher>[1]) =>
  publisher(environment, { clientId: 'checkout', ...options })
    .publish('orders', 'created', 1, { id: 'a' })
    .catch((error: unknown) => error);

test('Without credentials it is said that there are none and what to do, and not to try again', async () => {
  const failure = await failureWith({});
  expect(failure).toBeInstanceOf(Unauthenticated);
  expect(isRetryable(failure)).toBe(false);
  expect(failure).toMatchObject({
    message: expect.stringMatching(/^there are no credentials for AWS: .*, say by `credentials` where they are from$/),
    cause: { name: 'CredentialsProviderError' },
  });
  expect(dynamodb.received).toEqual([]);
});

test('A provider that has none is told of in the same way', async () => {
  const credentials = async () => Promise.reject(new Error('the metadata service does not answer'));
  expect(await failureWith({ credentials })).toMatchObject({
    name: 'Unauthenticated',
    message: expect.stringContaining('the metadata service does not answer'),
  });
});

test.each([
  ['Credentials', identity],
  ['A provider of credentials', async () => identity],
])('%s are used where the environment has none', async (_what, credentials) => {
  expect(await failureWith({ credentials })).toBeInstanceOf(ServerFault);
  expect(dynamodb.received).toHaveLength(1);
});

test.each([
  ['once for credentials that last', 86_400_000, (first: number, second: number) => second === first],
  ['again for credentials that end', 1_000, (first: number, second: number) => second > first],
])('A provider is asked %s', async (_when, lasting, expected) => {
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return { ...identity, expiration: new Date(Date.now() + lasting) };
  };
  const { publish } = publisher(environment, { clientId: 'checkout', credentials });
  const askedBy = async (id: string) => {
    await publish('orders', 'created', 1, { id }).catch(() => undefined);
    return asked;
  };
  expect(expected(await askedBy('a'), await askedBy('b'))).toBe(true);
});
