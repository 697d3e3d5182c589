import { apiGatewayClient, type ManagementApi } from '../../adapters/apigateway';
import { requests } from '../../adapters/aws/requests';
import { type Sqs, sqsClient } from '../../adapters/sqs';

const common = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: requests(60_000, 100),
};

/** A message that was sent to SQS: its body, and in how many milliseconds it is to come. */
export type OnSent = (body: string, delay: number) => void;

/** @param onSent told after SQS took a message. */
export function sqsClientTo(endpoint: string, onSent: OnSent): Sqs {
  const client = sqsClient(endpoint, common);
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if ('MessageBody' in args.input) onSent(args.input.MessageBody ?? '', (args.input.DelaySeconds ?? 0) * 1000);
      return answer;
    },
    { step: 'initialize', name: 'sent' },
  );
  return client;
}

/** @param onPushed told of every frame after the management API took it. */
export function pushClientTo(endpoint: string, onPushed: (connection: string, text: string) => void): ManagementApi {
  const client = apiGatewayClient(endpoint, common);
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { ConnectionId: connection = '' } = args.input;
      if ('Data' in args.input) onPushed(connection, Buffer.from(args.input.Data as Uint8Array).toString());
      return answer;
    },
    { step: 'initialize', name: 'pushed' },
  );
  return client;
}
