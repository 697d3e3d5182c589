import type { Ports } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import type { Request } from '../../broker/protocol/requests';
import { answer, errorFrame } from '../../broker/usecases/answer';
import type { Handlers, Outcome } from '../../broker/usecases/outcome';
import { Rates } from '../../broker/usecases/rates';
import { Callers } from './callers';
import { deadlineOf } from './deadline';
import type { Respond } from './frames';
import { lazily } from './lazily';

/**
 * The part of the 10 s that the function lives that is reserved: for the end of a delivery after an ack, and for the
 * answer.
 */
const RESERVE_MS = 6_000;

/** Answers the requests of these actions, in the name of the client whose connection they came by. */
export function routed(portsOf: () => Ports, handlers: Handlers): Respond {
  const callers = new Callers();
  // Counted by this process alone. API Gateway spreads a client's frames over several, and each of them lets the full
  // rate through.
  const ratesOf = lazily(() => new Rates(portsOf().settings.quotas, portsOf().clock));
  return async (parsed, sender, context, bytes) => {
    const ports = { ...portsOf(), ...deadlineOf(context, RESERVE_MS) };
    try {
      if ('error' in parsed) throw parsed.error;
      const caller = await callers.callerOf(ports, sender);
      if (caller === undefined) throw unknown();
      const admitted = ratesOf().admit(caller, parsed, bytes).parsed;
      let outcome = await answer(ports, caller, admitted, handlers);
      if (isRefused(outcome, parsed.request)) {
        // The connection may have been given other access since. Nothing was done so far, so look it up and try again.
        const now = await callers.lookUp(ports, sender.connection);
        if (now === undefined) throw unknown();
        outcome = await answer(ports, now, admitted, handlers);
      }
      const { reply, wakeUps = [] } = outcome;
      // Before the reply, since a function stops after it. If this fails, repeating the request is harmless.
      await Promise.all(wakeUps.map((wakeUp) => ports.wakeUps.send(wakeUp, 0)));
      return reply === undefined ? {} : { reply };
    } catch (error) {
      return { reply: errorFrame(parsed, error, ports.reporter) };
    }
  };
}

const unknown = () => new ProtocolError('unauthenticated', 'this connection is not known any more: connect again');

/** Whether a request failed because of the caller's access. */
const isRefused = ({ reply }: Outcome, { action }: Request): boolean =>
  reply?.type === 'error' && action !== 'auth' && (reply.code === 'forbidden' || reply.code === 'unauthenticated');
