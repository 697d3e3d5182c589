export { apiGatewayClient } from './client';
export { OpeningPusher } from './openingPusher';
export { ApiGatewayPusher } from './pusher';
