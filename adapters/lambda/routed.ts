import type { Ports } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import { answer, errorFrame } from '../../broker/usecases/answer';
import type { Route } from '../../broker/usecases/outcome';
import { Callers } from './callers';
import { deadlineOf } from './deadline';
import type { Respond } from './frames';

/** Of the 10 s that the function lives: what is being delivered after an ack has to end, and the ack to be answered. */
const RESERVE_MS = 6_000;

/** Answers the requests of these routes, in the name of the client whose connection they came by. */
export function routed(portsOf: () => Ports, routes: readonly Route[]): Respond {
  const callers = new Callers();
  return async (parsed, connection, context) => {
    const ports = { ...portsOf(), ...deadlineOf(context, RESERVE_MS) };
    try {
      if ('error' in parsed) throw parsed.error;
      const client = await callers.clientOf(ports, connection);
      if (client === undefined)
        throw new ProtocolError('unauthenticated', 'this connection is not known any more: connect again');
      const { reply, wakeUps = [] } = await answer(ports, { client, connection }, parsed, routes);
      // Before the reply is sent, for nothing runs after it; should this fail, repeating the request is harmless.
      await Promise.all(wakeUps.map((wakeUp) => ports.wakeUps.send(wakeUp, 0)));
      return reply === undefined ? {} : { reply };
    } catch (error) {
      return { reply: errorFrame(parsed, error, ports.reporter) };
    }
  };
}
