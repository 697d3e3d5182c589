import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that reached the service. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What it is answered with. `type` is the name of the error, as AWS gives it. */
export interface Answered {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

/** Something that the SDK takes for a service of AWS. */
export interface Service {
  readonly endpoint: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** For clients, in a test. */
export const config = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};

/** Listens on a port of its own. `answer` may hold a request back, or throw to break its connection. */
export async function serve(answer: (request: Received) => Answered | Promise<Answered>): Promise<Service> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const got = { method: request.method ?? '', path: request.url ?? '', body };
    received.push(got);
    try {
      const { status, type, body: content = '{}' } = await answer(got);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
      });
      response.end(status === 204 ? '' : content);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
