import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Something the SDK takes for SQS, and for the management API of API Gateway. It takes everything and keeps nothing.
 */
export interface Services {
  readonly endpoint: string;
  close(): Promise<void>;
}

const sent = (body: string): string => {
  const { MessageBody = '' } = JSON.parse(body) as { MessageBody?: string };
  return JSON.stringify({ MessageId: 'm', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') });
};

/** Listens on a port of its own. */
export async function startServices(): Promise<Services> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const isSqs = request.headers['x-amz-target']?.toString().startsWith('AmazonSQS') ?? false;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(isSqs ? sent(body) : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
