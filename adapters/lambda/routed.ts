import type { Ports } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import { answer, errorFrame } from '../../broker/usecases/answer';
import type { Route } from '../../broker/usecases/outcome';
import { Rates } from '../../broker/usecases/rates';
import { Callers } from './callers';
import { deadlineOf } from './deadline';
import type { Respond } from './frames';
import { lazily } from './lazily';

/** Of the 10 s that the function lives: what is being delivered after an ack has to end, and the ack to be answered. */
const RESERVE_MS = 6_000;

/** Answers the requests of these routes, in the name of the client whose connection they came by. */
export function routed(portsOf: () => Ports, routes: readonly Route[]): Respond {
  const callers = new Callers();
  // Of this process alone: where API Gateway spreads a client's frames over several, each lets through as many.
  const ratesOf = lazily(() => new Rates(portsOf().settings.quotas, portsOf().clock));
  return async (parsed, connection, context, bytes) => {
    const ports = { ...portsOf(), ...deadlineOf(context, RESERVE_MS) };
    try {
      if ('error' in parsed) throw parsed.error;
      const client = await callers.clientOf(ports, connection);
      if (client === undefined)
        throw new ProtocolError('unauthenticated', 'this connection is not known any more: connect again');
      const caller = { client, connection };
      const { reply, wakeUps = [] } = await answer(
        ports,
        caller,
        ratesOf().admit(caller, parsed, bytes).parsed,
        routes,
      );
      // Before the reply is sent, for nothing runs after it; should this fail, repeating the request is harmless.
      await Promise.all(wakeUps.map((wakeUp) => ports.wakeUps.send(wakeUp, 0)));
      return reply === undefined ? {} : { reply };
    } catch (error) {
      return { reply: errorFrame(parsed, error, ports.reporter) };
    }
  };
}
