import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startQueue } from '../queue';

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const queue = await startQueue();
const page = await readFile(fileAt('page.html'), 'utf8');

/** All that there is on this site: the page, and what it loads. */
const files = new Map([
  ['/', { type: 'text/html', body: page.replace('ws://127.0.0.1:8080', queue.url) }],
  ['/chat.js', { type: 'text/javascript', body: await readFile(fileAt('chat.js'), 'utf8') }],
  ['/client.mjs', { type: 'text/javascript', body: await readFile(fileAt('../../dist/client.mjs'), 'utf8') }],
]);

const server = createServer((request, response) => {
  const file = files.get(request.url ?? '/');
  if (file === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.body);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(`The chat is at http://localhost:${port}/: open it in two windows. Ctrl-C ends it.`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    server.closeAllConnections();
    server.close();
    await queue.stop();
    process.exit();
  });
