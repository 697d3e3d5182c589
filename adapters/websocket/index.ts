export { WebSocketPusher } from './pusher';
export { FrameSocket } from './socket';
