export { apiGatewayClient, type ManagementApi } from './client';
export { OpeningPusher } from './openingPusher';
export { ApiGatewayPusher } from './pusher';
