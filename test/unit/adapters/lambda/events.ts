import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import type { AuthorizerEvent } from '../../../../adapters/lambda/authorizer';
import type { ConnectionEvent } from '../../../../adapters/lambda/connectionHandlers';

/*
 * Events as AWS sends them, with names made up.
 */

export const CONNECTION = 'L0SM9cOFvHcCIhw=';

const context = (routeKey: string, eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT') => ({
  routeKey,
  eventType,
  extendedRequestId: 'WgvT5FnGvHcFdRg=',
  requestTime: '01/Jan/2026:00:00:00 +0000',
  messageDirection: 'IN',
  stage: 'v1',
  connectedAt: 1767225600000,
  requestTimeEpoch: 1767225600042,
  requestId: 'WgvT5FnGvHcFdRg=',
  domainName: 'abcde12345.execute-api.eu-central-1.amazonaws.com',
  connectionId: CONNECTION,
  apiId: 'abcde12345',
  identity: { sourceIp: '203.0.113.7' },
});

/** A handshake. API Gateway leaves `queryStringParameters` out where there are none. */
export const connectEvent = (
  query?: Record<string, string>,
  headers: Record<string, string> = {},
): ConnectionEvent => ({
  headers: {
    Host: 'abcde12345.execute-api.eu-central-1.amazonaws.com',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  },
  ...(query === undefined ? {} : { queryStringParameters: query }),
  requestContext: context('$connect', 'CONNECT'),
  isBase64Encoded: false,
});

/** What API Gateway asks an authorizer of `$connect`: the handshake, and no connection id that could be pushed to. */
export const authorizerEvent = (
  query?: Record<string, string>,
  headers: Record<string, string> = {},
): AuthorizerEvent & { readonly requestContext: unknown; readonly type: 'REQUEST' } => ({
  type: 'REQUEST',
  methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:abcde12345/v1/$connect',
  headers: {
    Connection: 'upgrade',
    Host: 'abcde12345.execute-api.eu-central-1.amazonaws.com',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    Upgrade: 'websocket',
    'X-Forwarded-For': '203.0.113.7',
    'X-Forwarded-Proto': 'https',
    ...headers,
  },
  queryStringParameters: query ?? {},
  requestContext: context('$connect', 'CONNECT'),
});

/** The end of a connection. */
export function disconnectEvent(): ConnectionEvent {
  const requestContext = {
    ...context('$disconnect', 'DISCONNECT'),
    disconnectStatusCode: 1001,
    disconnectReason: 'Going away',
  };
  const headers = { Host: 'abcde12345.execute-api.eu-central-1.amazonaws.com', 'x-api-key': '' };
  return { headers, requestContext, isBase64Encoded: false };
}

/** A frame, by whatever route. */
export function messageEvent(body: unknown, routeKey = '$default'): ConnectionEvent {
  const requestContext = { ...context(routeKey, 'MESSAGE'), messageId: 'WgvUxfKtPHcCIhw=' };
  return { requestContext, body: typeof body === 'string' ? body : JSON.stringify(body), isBase64Encoded: false };
}

const record = (table: string, eventName: 'INSERT' | 'REMOVE', sequence: string): DynamoDBRecord => ({
  eventID: '2f6e1d8c0b6a4f6c9d8e7b5a43210fed',
  eventName,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'eu-central-1',
  dynamodb: { ApproximateCreationDateTime: 1767225600, SequenceNumber: sequence, SizeBytes: 99 },
  eventSourceARN: `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}/stream/2026-01-01T00:00:00.000`,
});

const image = (client: string, connection: string) => ({
  connection: { S: connection },
  client: { S: client },
  connectedAt: { N: '1767225600000' },
  expiresAt: { N: '1767232800' },
  until: { N: '1767232800000' },
});

/** The record of a message that was stored. */
export const messageRecord = (queue: string, seq: number, sequence: string): DynamoDBRecord => {
  const keys = { queue: { S: queue }, seq: { N: String(seq) } };
  const content = { event: { S: 'add' }, payload: { S: '{"secret":7}' }, id: { S: `id ${seq}` } };
  const base = record('Holdfast-Messages', 'INSERT', sequence);
  return {
    ...base,
    dynamodb: { ...base.dynamodb, Keys: keys, NewImage: { ...keys, ...content }, StreamViewType: 'NEW_IMAGE' },
  };
};

/** The record of a connection that was made. */
export const connectionMade = (client: string, sequence: string, connection = CONNECTION): DynamoDBRecord => {
  const base = record('Holdfast-Connections', 'INSERT', sequence);
  return {
    ...base,
    dynamodb: {
      ...base.dynamodb,
      Keys: { connection: { S: connection } },
      NewImage: image(client, connection),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
};

/** The record of a connection that was removed; by TTL if `expired`. */
export const connectionEnded = (
  client: string,
  sequence: string,
  connection = CONNECTION,
  expired = false,
): DynamoDBRecord => {
  const base = record('Holdfast-Connections', 'REMOVE', sequence);
  return {
    ...base,
    ...(expired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    dynamodb: {
      ...base.dynamodb,
      Keys: { connection: { S: connection } },
      OldImage: image(client, connection),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
};

/** The record of a key that was revoked. */
export const keyRevoked = (key: string, sequence: string): DynamoDBRecord => {
  const base = record('Holdfast-Keys', 'REMOVE', sequence);
  return { ...base, dynamodb: { ...base.dynamodb, Keys: { key: { S: key } }, StreamViewType: 'KEYS_ONLY' } };
};

/** A message of the queue of wake-ups. */
export const wakeUpRecord = (body: string, messageId: string, received = 1): SQSRecord => ({
  messageId,
  receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
  body,
  attributes: {
    ApproximateReceiveCount: String(received),
    SentTimestamp: '1767225600000',
    SenderId: 'AIDAIENQZJOLO23YVJ4VO',
    ApproximateFirstReceiveTimestamp: '1767225601000',
  },
  messageAttributes: {},
  md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:Holdfast-WakeUps',
  awsRegion: 'eu-central-1',
});
