import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { anonymousClient, type ConnectionId } from '../../broker/model/names';
import type { Ports } from '../../broker/ports';
import { claimedClient, SUBPROTOCOL } from '../../broker/protocol/handshake';
import { admitsOrigin } from '../../broker/protocol/origin';
import { decodeContext } from './accessContext';
import { origins } from './environment';
import { type Answer, type FrameEvent, frameHandler } from './frames';
import { headerOf } from './headers';
import { logged } from './log';
import { unrouted } from './unrouted';

/** What API Gateway sends when a connection is made or has ended, as far as it is read here. */
export interface ConnectionEvent extends FrameEvent {
  readonly requestContext: FrameEvent['requestContext'] &
    Pick<APIGatewayProxyWebsocketEventV2['requestContext'], 'eventType'>;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

type EventType = ConnectionEvent['requestContext']['eventType'];
type Handler = (event: ConnectionEvent) => Promise<Answer>;

const OK = 200;
const BAD_REQUEST = 400;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const UNAVAILABLE = 503;

/**
 * Records a new connection and nothing more: it can be pushed to only once this has answered.
 *
 * @param originsOf which pages may connect: see `admitsOrigin`.
 */
export const connectHandler = (portsOf: () => Ports, originsOf: () => readonly string[] = origins): Handler =>
  onlyFor('CONNECT', 'connect', (event) =>
    logged('connect', async (note) => {
      const connection = event.requestContext.connectionId as ConnectionId;
      if (!admitsOrigin(headerOf(event, 'origin'), originsOf())) {
        note({ connection, refused: 'origin' });
        return { statusCode: FORBIDDEN, body: 'pages of this origin may not connect' };
      }
      const claimed = claimedClient(event.queryStringParameters?.clientId);
      if (typeof claimed === 'object') {
        note({ connection, refused: claimed.error });
        return { statusCode: BAD_REQUEST, body: claimed.error };
      }
      const { clock, connections, reporter, settings } = portsOf();
      const identity = settings.accessControl ? decodeContext(event.requestContext.authorizer) : undefined;
      if (settings.accessControl && identity === undefined) {
        note({ connection, refused: 'no authorizer was asked' });
        return { statusCode: UNAUTHORIZED, body: 'a credential is needed' };
      }
      const { client, ...access } = identity ?? { client: claimed ?? anonymousClient(randomUUID()) };
      if (identity !== undefined && claimed !== undefined && claimed !== client) {
        note({ connection, refused: 'clientId' });
        return { statusCode: FORBIDDEN, body: 'clientId must be one that the credential speaks for' };
      }
      note({ connection, client });
      const connectedAt = clock.now();
      const expiresAt = connectedAt + settings.connectionLifetime;
      try {
        await connections.add({ connection, client, connectedAt, expiresAt, ...('grants' in access && { access }) });
      } catch (error) {
        reporter.warn('a connection could not be recorded', { connection, error });
        return { statusCode: UNAVAILABLE, body: 'the store is not available at present: try again' };
      }
      return offers(event, SUBPROTOCOL)
        ? { statusCode: OK, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } }
        : { statusCode: OK };
    }),
  );

/**
 * Forgets a connection that has ended. If this fails, the record expires, and the next push finds the connection gone.
 */
export const disconnectHandler = (portsOf: () => Ports): Handler =>
  onlyFor('DISCONNECT', 'disconnect', (event) =>
    logged('disconnect', async (note) => {
      const connection = event.requestContext.connectionId as ConnectionId;
      note({ connection });
      await portsOf().connections.remove(connection);
      return { statusCode: OK };
    }),
  );

/**
 * Handles one type of event. A frame with the action `$connect` or `$disconnect` comes by these routes too: it is
 * answered as an unknown action.
 */
function onlyFor(eventType: EventType, name: string, handle: Handler): Handler {
  const answerFrame = frameHandler(name, unrouted);
  return (event) => (event.requestContext.eventType === eventType ? handle(event) : answerFrame(event));
}

function offers(event: ConnectionEvent, subprotocol: string): boolean {
  const offered = headerOf(event, 'sec-websocket-protocol');
  return offered?.split(',').some((one) => one.trim() === subprotocol) ?? false;
}
