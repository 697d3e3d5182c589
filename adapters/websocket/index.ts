export { Buffers } from './buffers';
export { WebSocketPusher } from './pusher';
export { FrameSocket } from './socket';
