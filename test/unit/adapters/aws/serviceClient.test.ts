import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { apiGatewayClient } from '../../../../adapters/apigateway';
import { requests } from '../../../../adapters/aws/requests';
import { dynamodbClient } from '../../../../adapters/dynamodb';
import { sqsClient } from '../../../../adapters/sqs';
import { config, type Service, serve } from '../service';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'a session' };
const getItem = new GetItemCommand({ TableName: 'orders', Key: { queue: { S: 'Bestellungen ✓' } } });

/** What is sent to AWS, which answers so one after the other; the last goes on. */
function aws(...answers: { status: number; type?: string }[]) {
  const sent: HttpRequest[] = [];
  const handle = async (request: HttpRequest) => {
    const { status, type } = answers[Math.min(sent.length, answers.length - 1)] ?? { status: 200 };
    sent.push(request);
    const headers = type === undefined ? {} : { 'x-amzn-errortype': type };
    return { response: new HttpResponse({ statusCode: status, headers, body: Readable.from([Buffer.from('{}')]) }) };
  };
  return { sent, requestHandler: Object.assign(requests(1_000, 1), { handle }) };
}

const environment = { ...process.env };
let service: Service | undefined;
afterEach(async () => {
  process.env = { ...environment };
  await service?.close();
  service = undefined;
});

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature that a request has to carry, as AWS's "Create a signed AWS API request" has it. */
function signatureOf({ method, path, headers, body }: HttpRequest): string {
  const said = /Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '');
  const [scope = '', names = ''] = said?.slice(1) ?? [];
  const signed = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  // Each part of a path is escaped once more: it stands there escaped already.
  const uri = path.split('/').map(encodeURIComponent).join('/');
  const canonical = [method, uri, '', signed.join(''), names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key as Buffer, toSign).toString('hex');
}

describe('a request', () => {
  it.each(['dynamodb', 'sqs', 'execute-api'])('to %s is signed so that AWS can tell who sent it', async (service) => {
    const { sent, requestHandler } = aws({ status: 200 });
    const settings = { region: 'eu-central-1', credentials, requestHandler };
    if (service === 'dynamodb') await dynamodbClient({ ...settings, endpoint: 'https://d.example.com' }).send(getItem);
    if (service === 'sqs')
      await sqsClient('https://sqs.example.com/1/wake-ups', settings).send(
        new SendMessageCommand({ QueueUrl: 'https://sqs.example.com/1/wake-ups', MessageBody: 'ring ✓' }),
      );
    if (service === 'execute-api')
      await apiGatewayClient('https://api.example.com/v1', settings).send(
        new PostToConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=', Data: Buffer.from('{"a":"✓"}') }),
      );
    const [request] = sent;
    if (request === undefined) throw new Error('nothing was sent');
    expect(request.protocol).toBe('https:');
    expect(request.headers.host).toBe(request.hostname);
    expect(request.headers.authorization).toContain(`/eu-central-1/${service}/aws4_request, SignedHeaders=`);
    expect(request.headers.authorization).toMatch(/SignedHeaders=\S*host;\S*x-amz-security-token/);
    expect(request.headers.authorization).toContain(`Signature=${signatureOf(request)}`);
  });

  it('that is throttled is sent again, as often as was said, after a pause of random length', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    const throttled = { status: 400, type: 'ThrottlingException' };
    const { sent, requestHandler } = aws(throttled, throttled, { status: 200 });
    const settings = { endpoint: 'https://d.example.com', region: 'us-east-1', credentials, requestHandler };
    const answer = await dynamodbClient({ ...settings, maxAttempts: 3 }).send(getItem);
    expect(answer.$metadata).toMatchObject({ httpStatusCode: 200, attempts: 3 });
    const again = aws(throttled);
    const twice = dynamodbClient({ ...settings, requestHandler: again.requestHandler, maxAttempts: 2 });
    await expect(twice.send(getItem)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect([sent.length, again.sent.length]).toEqual([3, 2]);
    expect(random).toHaveBeenCalledTimes(3);
    random.mockRestore();
  });

  it('that is refused for good is not', async () => {
    const { sent, requestHandler } = aws({ status: 400, type: 'AccessDeniedException' });
    const client = dynamodbClient({
      endpoint: 'https://d.example.com',
      region: 'us-east-1',
      credentials,
      requestHandler,
    });
    await expect(client.send(getItem)).rejects.toMatchObject({ name: 'AccessDeniedException', $fault: 'client' });
    expect(sent).toHaveLength(1);
  });

  it('that waits for others longer than a connection may take is answered all the same', async () => {
    service = await serve(async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { status: 200 };
    });
    const sockets = 2;
    const requestHandler = requests(1_000, sockets);
    const client = apiGatewayClient(service.endpoint, { ...config, requestHandler, atOnce: sockets });
    const pushes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) =>
      client.send(new PostToConnectionCommand({ ConnectionId: name, Data: Buffer.from('{}') })),
    );
    const outcomes = await Promise.allSettled(pushes);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(service.received).toHaveLength(pushes.length);
    client.destroy();
  });

  it('that fails leaves its turn to those that wait', async () => {
    service = await serve(({ path }) => {
      if (path.endsWith('cut')) throw new Error('cut');
      return { status: path.endsWith('gone') ? 410 : 200, ...(path.endsWith('gone') && { type: 'GoneException' }) };
    });
    const client = apiGatewayClient(service.endpoint, { ...config, atOnce: 1 });
    const pushes = ['gone', 'cut', 'here'].map((name) =>
      client.send(new PostToConnectionCommand({ ConnectionId: name, Data: Buffer.from('{}') })),
    );
    const outcomes = await Promise.allSettled(pushes);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    client.destroy();
  });
});

describe('without settings', () => {
  const hostOf = async (variables: Record<string, string>) => {
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_DYNAMODB', 'HOLDFAST_AWS_DOMAIN'])
      delete process.env[name];
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET, ...variables });
    const { sent, requestHandler } = aws({ status: 200 });
    await dynamodbClient({ requestHandler }).send(getItem);
    return sent[0]?.headers.host;
  };

  it.each([
    ['of the region', { AWS_REGION: 'eu-west-1' }, 'dynamodb.eu-west-1.amazonaws.com'],
    [
      'of the domain that the stack knows',
      { AWS_REGION: 'cn-north-1', HOLDFAST_AWS_DOMAIN: 'amazonaws.com.cn' },
      'dynamodb.cn-north-1.amazonaws.com.cn',
    ],
    ['of an emulator', { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, '127.0.0.1:4566'],
    [
      'that was set for it alone',
      {
        AWS_REGION: 'us-gov-west-1',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb-fips.us-gov-west-1.amazonaws.com',
      },
      'dynamodb-fips.us-gov-west-1.amazonaws.com',
    ],
  ])('DynamoDB is asked at the endpoint %s', async (_which, variables, host) => {
    expect(await hostOf(variables)).toBe(host);
  });

  it('SQS is asked where its queue is', async () => {
    delete process.env.AWS_ENDPOINT_URL;
    const { sent, requestHandler } = aws({ status: 200 });
    const url = 'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/wake-ups';
    await sqsClient(url, { region: 'cn-north-1', credentials, requestHandler }).send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: 'ring' }),
    );
    expect(sent[0]?.headers.host).toBe('sqs.cn-north-1.amazonaws.com.cn');
  });

  it('a region is needed, and it says which variable has it', () => {
    delete process.env.AWS_REGION;
    expect(() => dynamodbClient({ endpoint: 'https://d.example.com', credentials })).toThrow(
      'the environment variable AWS_REGION is missing',
    );
  });
});
