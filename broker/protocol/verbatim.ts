import type { JsonText } from '../model/names';
import { JsonScanner } from './jsonScanner';
import type { RequestOf } from './requests';

/**
 * A payload to the letter as its publisher wrote it, but for white space. RFC 8259, section 6, leaves to each reader how
 * much of a number it takes, and JavaScript takes some 16 digits: that is not for a queue to decide.
 */
export class Verbatim {
  constructor(readonly text: JsonText) {}

  /** For who looks at it. JSON.stringify cannot write it as it is: see `encodeReply`. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * Has the payloads of a publish {@link Verbatim}.
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

/** Of keys that come more than once, the last counts, as for JSON.parse. */
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
