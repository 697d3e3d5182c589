import { createHash } from 'node:crypto';
import { decodeWakeUp, SqsWakeUps, sqsClient } from '../../../../adapters/sqs';
import {
  type ClientId,
  type ConnectionId,
  type KeyId,
  type QueueName,
  Unavailable,
  type WakeUp,
} from '../../../../broker';
import { type Answered, config, type Received, type Service, serve } from '../service';

const WAKE_UP: WakeUp = { kind: 'welcome', connection: 'L0SM9cOFvHcCIhw=' as ConnectionId };
const shard = { queue: 'Database Events' as QueueName, shard: 2 };

let service: Service | undefined;
afterEach(() => service?.close());

const accepted = ({ body }: Received): Answered => {
  const { MessageBody } = JSON.parse(body) as { MessageBody: string };
  const md5 = createHash('md5').update(MessageBody).digest('hex');
  return { status: 200, body: JSON.stringify({ MessageId: '1', MD5OfMessageBody: md5 }) };
};

async function wakeUpsTo(answer: (request: Received) => Answered) {
  const sqs = await serve(answer);
  service = sqs;
  const url = `${sqs.endpoint}/123456789012/wake-ups`;
  return {
    url,
    wakeUps: new SqsWakeUps(sqsClient(url, config), url),
    sent: () => sqs.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
  };
}

it.each<[string, WakeUp]>([
  ['a queue', { kind: 'queue', queue: shard.queue }],
  ['a shard', { kind: 'shard', shard }],
  ['a queue of a name that SQS takes in no message', { kind: 'queue', queue: '\ufffe\uffff "' as QueueName }],
  ['the rest of a shard', { kind: 'shard', shard, after: 'billing' as ClientId }],
  ['a timer', { kind: 'timer', shard, firesAt: 1_767_225_600_000 }],
  ['a subscription', { kind: 'subscription', shard, client: 'billing' as ClientId }],
  ['a welcome', WAKE_UP],
  ['an expiry', { kind: 'expiry', connection: 'L0SM9cOFvHcCIhw=' as ConnectionId, expiresAt: 1_767_225_600_000 }],
  ['a revocation', { kind: 'revocation', key: '0b5e4f6a7c8d9e0f1a2b' as KeyId }],
  ['a farewell', { kind: 'farewell', connection: 'L0SM9cOFvHcCIhw=' as ConnectionId, client: 'billing' as ClientId }],
])('sends a wake-up of %s so that it can be read again', async (_what, wakeUp) => {
  const { wakeUps, sent, url } = await wakeUpsTo(accepted);
  await wakeUps.send(wakeUp, 0);
  const [message] = sent();
  expect(message).toMatchObject({ QueueUrl: url, DelaySeconds: 0 });
  expect(message?.MessageBody).not.toMatch(/[\uFFFE\uFFFF]/);
  expect(decodeWakeUp(String(message?.MessageBody))).toEqual(wakeUp);
});

it.each([
  [0, 0],
  [999, 0],
  [1_000, 1],
  [5_900, 5],
  [900_000, 900],
  [86_400_000, 900],
  [-5, 0],
])('delays by %d ms in whole seconds that SQS takes: %d', async (delay, seconds) => {
  const { wakeUps, sent } = await wakeUpsTo(accepted);
  await wakeUps.send(WAKE_UP, delay);
  expect(sent()).toMatchObject([{ DelaySeconds: seconds }]);
});

it.each([
  ['SQS fails', { status: 500 }],
  ['SQS throttles', { status: 400, type: 'ThrottlingException' }],
])('says that it was not possible at present where %s', async (_what, answer) => {
  const { wakeUps } = await wakeUpsTo(() => answer);
  await expect(wakeUps.send(WAKE_UP, 0)).rejects.toThrow(Unavailable);
});

it('does not hide that it is not permitted', async () => {
  const { wakeUps } = await wakeUpsTo(() => ({ status: 403, type: 'AccessDeniedException' }));
  await expect(wakeUps.send(WAKE_UP, 0)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it.each([
  ['no JSON', 'hello'],
  ['no wake-up', '{"kind":"dance"}'],
  ['a shard without a queue', '{"kind":"shard","shard":{"shard":0}}'],
  ['a number of a shard below 0', '{"kind":"shard","shard":{"queue":"q","shard":-1}}'],
  ['a welcome of nobody', '{"kind":"welcome","connection":""}'],
])('does not read %s', (_what, text) => {
  expect(() => decodeWakeUp(text)).toThrow();
});
