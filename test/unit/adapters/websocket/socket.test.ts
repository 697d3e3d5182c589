import { once } from 'node:events';
import { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { FrameSocket } from '../../../../adapters/websocket';

const aFrameSocket = () => {
  const socket = new Socket();
  // Nobody is there, and nothing is sent.
  const webSocket = new WebSocket('ws://127.0.0.1:9').on('error', () => undefined);
  webSocket.terminate();
  return { socket, frames: new FrameSocket(webSocket, socket) };
};

it('is drained when the stream below it is, and listens no longer', async () => {
  const { socket, frames } = aFrameSocket();
  const before = socket.listenerCount('close');
  for (let time = 0; time < 3; time++) {
    const drained = frames.drained();
    expect(frames.drained()).toBe(drained);
    socket.emit('drain');
    await drained;
  }
  expect([socket.listenerCount('close'), socket.listenerCount('drain')]).toEqual([before, 0]);
});

it('waits no longer for one that is gone', async () => {
  const { socket, frames } = aFrameSocket();
  const drained = frames.drained();
  socket.destroy();
  await Promise.all([drained, once(socket, 'close')]);
});
