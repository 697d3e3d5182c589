import type { APIGatewayProxyStructuredResultV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import type { ConnectionId } from '../../broker/model/names';
import { encodeReply } from '../../broker/protocol/encode';
import { ProtocolError } from '../../broker/protocol/errors';
import type { ServerFrame } from '../../broker/protocol/frames';
import { type Parsed, parseRequest } from '../../broker/protocol/parse';
import type { Outcome } from '../../broker/usecases/outcome';
import type { Sender } from './callers';
import type { TimeLeft } from './deadline';
import { logged } from './log';

/** What API Gateway sends for a frame, as far as it is read here. An emulator may send null for an empty one. */
export interface FrameEvent {
  readonly requestContext: Pick<APIGatewayProxyWebsocketEventV2['requestContext'], 'connectionId'> & {
    readonly connectedAt?: number;
    readonly authorizer?: unknown;
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** What a function returns; `body` is sent to the client as a frame. */
export type Answer = APIGatewayProxyStructuredResultV2;

/**
 * Answers a frame from a connection. Never throws: whatever went wrong is an `error` frame.
 *
 * @param bytes of the frame.
 */
export type Respond = (
  parsed: Parsed,
  sender: Sender,
  context: TimeLeft | undefined,
  bytes: number,
) => Promise<Pick<Outcome, 'reply'>>;

/** A function that answers frames. */
export const frameHandler =
  (name: string, respond: Respond) =>
  (event: FrameEvent, context?: TimeLeft): Promise<Answer> =>
    logged(name, async (note) => {
      const sender = senderOf(event);
      const { connection } = sender;
      const parsed = read(event);
      note({ connection, ...('request' in parsed ? { action: parsed.request.action } : {}) });
      const { reply } = await respond(parsed, sender, context, Buffer.byteLength(event.body ?? ''));
      if (reply === undefined) return { statusCode: 200 };
      note({ reply: reply.type, ...codeOf(reply) });
      return { statusCode: 200, body: encodeReply(reply) };
    });

const senderOf = ({ requestContext: { connectionId, connectedAt, authorizer } }: FrameEvent): Sender => ({
  connection: connectionId as ConnectionId,
  ...(connectedAt === undefined ? {} : { connectedAt }),
  authorizer,
});

const read = ({ body, isBase64Encoded }: FrameEvent): Parsed =>
  isBase64Encoded
    ? { error: new ProtocolError('invalid', 'frame must be text, not binary') }
    : parseRequest(body ?? '');

const codeOf = (reply: ServerFrame) => (reply.type === 'error' ? { code: reply.code } : {});
