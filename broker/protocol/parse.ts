import { describeIssue } from './describeIssue';
import { ProtocolError } from './errors';
import { ref } from './fields';
import { type Request, requestSchema } from './requests';
import { withPayloadsAsWritten } from './verbatim';

type Schema = (typeof requestSchema.def.options)[number];
type Schemas = ReadonlyMap<string, Schema>;

/** A frame from a client, understood or not. `ref` is there whenever it can be echoed. */
export type Parsed = { readonly ref?: string } & ({ readonly request: Request } | { readonly error: ProtocolError });

/**
 * Reads a frame from a client.
 *
 * @param text what arrived.
 * @returns the request, its payloads `Verbatim`; or the error to answer with: `invalid` or `unknown_action`. Never
 * throws.
 */
export type ParseRequest = (text: string) => Parsed;

/**
 * Makes a parser of frames.
 *
 * @param prepare what to do to each schema first, such as compiling it. The schema must mean the same afterwards.
 */
export function requestParser(prepare = (schema: Schema): Schema => schema): ParseRequest {
  const actionOf = ({ shape }: Schema): string[] => shape.action.def.values;
  const schemas = new Map(
    requestSchema.def.options.flatMap((schema) => actionOf(schema).map((action) => [action, prepare(schema)])),
  );
  return (text) => parse(schemas, text);
}

/**
 * Reads frames with the schemas as they are. Without preparation it starts fast, which suits a process that reads few.
 */
export const parseRequest = requestParser();

function parse(schemas: Schemas, text: string): Parsed {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (cause) {
    return {
      error: new ProtocolError(
        'invalid',
        'frame is not JSON: expected an object such as {"action":"ping"}',
        undefined,
        { cause },
      ),
    };
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    return { error: new ProtocolError('invalid', 'frame must be an object such as {"action":"ping"}') };
  const action = Object.hasOwn(frame, 'action') && 'action' in frame ? frame.action : undefined;
  if (typeof action !== 'string') {
    const expected = `a string, one of ${[...schemas.keys()].join(', ')}`;
    const message = action === undefined ? `action is missing: expected ${expected}` : `action must be ${expected}`;
    return { ...refIn(frame), error: new ProtocolError('invalid', message, 'action') };
  }
  const schema = schemas.get(action);
  if (schema === undefined) {
    const message = `there is no action of this name: expected one of ${[...schemas.keys()].join(', ')}`;
    return { ...refIn(frame), error: new ProtocolError('unknown_action', message, 'action') };
  }
  const parsed = schema.safeParse(frame);
  if (!parsed.success) return { ...refIn(frame), error: faultOf(frame, schema) };
  const request = asWritten(parsed.data, text);
  return request.ref === undefined ? { request } : { ref: request.ref, request };
}

/** The `ref` of a frame, whatever else is wrong with it. */
function refIn(frame: object): { ref?: string } {
  const { data } = ref.safeParse('ref' in frame ? frame.ref : undefined);
  return data === undefined ? {} : { ref: data };
}

const asWritten = (request: Request, text: string): Request =>
  request.action === 'publish' ? withPayloadsAsWritten(request, text) : request;

/** What is wrong with a frame. Parses it again: finding the cause costs more than parsing, and only errors need it. */
function faultOf(frame: object, schema: Schema): ProtocolError {
  const [issue] = schema.safeParse(frame, { reportInput: true }).error?.issues ?? [];
  if (issue === undefined) return new ProtocolError('invalid', 'frame is not valid');
  const { message, field } = describeIssue(issue);
  return new ProtocolError('invalid', message, field);
}
