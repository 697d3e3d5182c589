import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What becomes of a request:
 * - `served`
 * - `throttled`: refused, as DynamoDB refuses what is beyond its capacity
 * - `failed`: refused for a fault of its own
 * - `late`: done, and not answered until the caller has given up
 * - `stalled`: done, and answered in part, with nothing after that
 * - `cut before`, `cut after`: the connection ends before it was done, or after
 * - `half`: of a batch only every other item is done, the rest is answered as unprocessed
 * - `undone`: of a batch nothing is done, all is answered as unprocessed
 */
export type Treatment =
  | 'served'
  | 'throttled'
  | 'failed'
  | 'late'
  | 'stalled'
  | 'cut before'
  | 'cut after'
  | 'half'
  | 'undone';

/** A request on its way. */
export interface Arrived {
  /** Such as `PutItem`. */
  readonly operation: string;
  /** The tables it is about, one or, in a batch, several. */
  readonly tables: readonly string[];
  /** How many of this operation came before. */
  readonly before: number;
}

/** An endpoint of DynamoDB that does not always do what it should. */
export interface FaultyEndpoint {
  readonly endpoint: string;
  /** What becomes of requests from now on. Resets what was counted. */
  treat(decide: (arrived: Arrived) => Treatment): void;
  /** How many requests of an operation came. */
  count(operation: string): number;
  close(): Promise<void>;
}

const REFUSALS = {
  throttled: [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
  failed: [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
} as const;

type Batch = Record<string, { Keys?: unknown[] } | unknown[]>;

/** Stands between the SDK and a DynamoDB. */
export async function faultyEndpoint(target: string): Promise<FaultyEndpoint> {
  let decide: (arrived: Arrived) => Treatment = () => 'served';
  const counts = new Map<string, number>();

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const before = counts.get(operation) ?? 0;
    counts.set(operation, before + 1);
    const treatment = decide({ operation, tables: tablesOf(body), before });
    const answer = (status: number, text: string) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(text);
    };
    if (treatment === 'throttled' || treatment === 'failed') {
      const [status, type] = REFUSALS[treatment];
      answer(status, JSON.stringify({ __type: type, message: treatment }));
    } else if (treatment === 'cut before') response.destroy();
    else if (treatment === 'half' || treatment === 'undone') {
      const { RequestItems: batch } = JSON.parse(body) as { RequestItems: Batch };
      const unprocessed = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
      if (treatment === 'undone') return answer(200, JSON.stringify({ [unprocessed]: batch }));
      const [done, left] = halves(batch);
      const [status, text] = await forward(target, incoming, JSON.stringify({ RequestItems: done }));
      answer(status, JSON.stringify({ ...JSON.parse(text), [unprocessed]: left }));
    } else {
      const [status, text] = await forward(target, incoming, body);
      if (treatment === 'served') answer(status, text);
      else if (treatment === 'cut after') response.destroy();
      else if (treatment === 'stalled') response.writeHead(status, { 'content-length': text.length }).write(text[0]);
      // What is late is never answered here: who waits for it gives up.
    }
  }

  const server = createServer((incoming, response) => void serve(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    treat: (how) => {
      counts.clear();
      decide = how;
    },
    count: (operation) => counts.get(operation) ?? 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

function tablesOf(body: string): readonly string[] {
  const { TableName: table, RequestItems: batch = {} } = JSON.parse(body) as {
    TableName?: string;
    RequestItems?: Batch;
  };
  return table === undefined ? Object.keys(batch) : [table];
}

/** Every other item of a batch, and the rest. */
function halves(batch: Batch): [Batch, Batch] {
  const pick = (parity: number): Batch =>
    Object.fromEntries(
      Object.entries(batch).flatMap(([table, part]): [string, Batch[string]][] => {
        const items = Array.isArray(part) ? part : (part.Keys ?? []);
        const some = items.filter((_, index) => index % 2 === parity);
        if (some.length === 0) return [];
        return [[table, Array.isArray(part) ? some : { ...part, Keys: some }]];
      }),
    );
  return [pick(0), pick(1)];
}

/** A connection for each request: none is kept that the other side may have closed. */
const agent = new Agent({ keepAlive: false });

async function forward(target: string, { headers, method }: IncomingMessage, body: string): Promise<[number, string]> {
  const { host: _, connection: __, 'content-length': ___, ...kept } = headers;
  const outgoing = request(target, { agent, method: method ?? 'POST', headers: kept });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return [answer.statusCode ?? 500, await textOf(answer)];
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
