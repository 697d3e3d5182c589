import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'holdfast/client';
import { startQueue } from '../queue';
import { switchOn } from './pager';
import { type Queues, Server } from './servers';

const queue = await startQueue();
const holdfast = await Promise.all(
  ['web-1', 'web-2', 'db-1'].map((clientId) => connect<Queues>(queue.url, { clientId })),
);
const [web1, web2, db1] = holdfast.map((client) => new Server(client.clientId ?? '', client));
if (!web1 || !web2 || !db1) throw new Error('There should be three servers');
const all = [web1, web2, db1];

console.log('The pager is on.');
const evening = await switchOn(queue.url);
await Promise.all(all.map((server) => server.alive(0.4)));
await db1.alarm('the disk is 80 % full');
await evening.ring(1);

console.log('It is night, and the pager is off. The servers report all the same.');
for (let hour = 0; hour < 3; hour++) await Promise.all(all.map((server) => server.alive(0.1 * hour)));
await db1.alarm('the disk is 95 % full');
await web1.alarm('the database does not answer');
await pause(1_000);
await web2.alarm('the database does not answer');
await db1.alarm('the disk is full');

const morning = await switchOn(queue.url);
console.log(`It is morning, and the pager is on: ${morning.missed} events at most were missed.`);
const ringing = morning.ring(5);
await Promise.all(all.map((server) => server.alive(0.2)));
await web1.alarm('the certificate expires today');
await ringing;

await Promise.all(holdfast.map((client) => client.close()));
await queue.stop();
