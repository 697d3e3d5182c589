import { pino } from 'pino';
import { reporterOn } from '../node/reporter';

interface Told {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly requestId?: string;
  readonly cause?: Told;
}

/** What is told of an error: nothing of what the SDK attaches to it, which may hold an item and so a payload. */
function tell(error: unknown): Told {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const metadata = '$metadata' in error ? (error.$metadata as { requestId?: string }) : {};
  return {
    type: name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(metadata.requestId === undefined ? {} : { requestId: metadata.requestId }),
    ...(cause === undefined ? {} : { cause: tell(cause) }),
  };
}

/** Lines of JSON on standard output, which Lambda keeps. Payloads and credentials are never given to it. */
const logger = pino(
  { base: null, serializers: { err: tell }, formatters: { level: (level) => ({ level }) } },
  process.stdout,
);

export const reporter = reporterOn(logger);

/** Adds facts to the line of an invocation. */
export type Note = (facts: Readonly<Record<string, unknown>>) => void;

/**
 * Runs one invocation, which leaves one line: its function, how long it took in milliseconds, and what it noted.
 *
 * @throws what `run` throws, after it was logged.
 */
export async function logged<Answer>(name: string, run: (note: Note) => Promise<Answer>): Promise<Answer> {
  const began = performance.now();
  const facts: Record<string, unknown> = {};
  const duration = () => ({ ms: Math.round(performance.now() - began) });
  try {
    const answer = await run((more) => Object.assign(facts, more));
    logger.info({ ...facts, ...duration() }, name);
    return answer;
  } catch (err) {
    logger.error({ ...facts, ...duration(), err }, name);
    throw err;
  }
}
