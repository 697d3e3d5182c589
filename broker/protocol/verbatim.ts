import type { JsonText } from '../model/names';
import { JsonScanner } from './jsonScanner';
import type { RequestOf } from './requests';

/**
 * A payload exactly as its publisher wrote it, except for white space. RFC 8259, section 6, lets each reader choose how
 * precisely it reads numbers, and JavaScript keeps some 16 digits. A queue must not lose the others.
 */
export class Verbatim {
  constructor(readonly text: JsonText) {}

  /** For inspection only. JSON.stringify cannot write it exactly: see `encodeReply`. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * Makes the payloads of a publish {@link Verbatim}.
 *
 * @param request as it was read from `frame`.
 */
export function withPayloadsAsWritten(request: RequestOf<'publish'>, frame: string): RequestOf<'publish'> {
  const { payload, payloads } = payloadsIn(frame);
  if (request.messages === undefined) return { ...request, payload };
  return { ...request, messages: request.messages.map((message, index) => ({ ...message, payload: payloads[index] })) };
}

interface Payloads {
  readonly payload: Verbatim | undefined;
  /** Of its messages. */
  readonly payloads: readonly (Verbatim | undefined)[];
}

/** If a key comes more than once, the last one counts, as for JSON.parse. */
function payloadsIn(frame: string): Payloads {
  const scanner = new JsonScanner(frame);
  let payload: Verbatim | undefined;
  let payloads: (Verbatim | undefined)[] = [];
  const ofMessage = (): void => {
    let own: Verbatim | undefined;
    if (scanner.isObject)
      scanner.members((key) => {
        const value = scanner.pass();
        if (key === 'payload') own = new Verbatim(value);
      });
    else scanner.pass();
    payloads.push(own);
  };
  scanner.members((key) => {
    if (key === 'messages' && scanner.isArray) {
      payloads = [];
      scanner.elements(ofMessage);
      return;
    }
    const value = scanner.pass();
    if (key === 'payload') payload = new Verbatim(value);
  });
  return { payload, payloads };
}
