import { openSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Who subscribed last, by queue. */
const subscribers = new Map<string, WebSocket>();
const file = openSync(process.argv[2] ?? '', 'w');
let seq = 0;

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { action, queue, event, payload } = JSON.parse(data.toString());
    if (action === 'subscribe') {
      subscribers.set(queue, socket);
      socket.send('{"type":"subscribed"}');
    } else if (action === 'publish') {
      seq += 1;
      const frame = JSON.stringify({ type: 'messages', queue, messages: [{ seq, event, payload }] });
      writeSync(file, frame);
      subscribers.get(queue)?.send(frame);
      socket.send('{"type":"published"}');
    }
  });
});
server.on('listening', () => console.log(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`));
