import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import type { Endpoints } from './cloud';
import { startServices } from './services';

async function main(): Promise<void> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { endpoint } = await startServices();
  const endpoints: Endpoints = { dynamodb: `http://127.0.0.1:${port}`, services: endpoint };
  process.send?.(endpoints);
  process.on('disconnect', () => process.exit());
}

void main();
