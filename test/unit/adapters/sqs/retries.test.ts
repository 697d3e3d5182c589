import { SqsRetries, sqsClient } from '../../../../adapters/sqs';
import { config, serve } from '../service';

it.each([
  [1, 2],
  [2, 4],
  [5, 32],
  [6, 60],
  [15, 60],
])('brings back a wake-up that was received %d times after %d s', async (received, pause) => {
  const sqs = await serve(() => ({ status: 200 }));
  const url = `${sqs.endpoint}/123456789012/wake-ups`;
  await new SqsRetries(sqsClient(url, config), url).soon('handle', received);
  expect(sqs.received.map(({ body }) => JSON.parse(body))).toEqual([
    { QueueUrl: url, ReceiptHandle: 'handle', VisibilityTimeout: pause },
  ]);
  await sqs.close();
});
