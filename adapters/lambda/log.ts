import type { Reporter } from '../../broker/ports';

interface Told {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly requestId?: string;
  readonly cause?: Told;
}

/** The parts of an error that are logged. What the SDK attaches to it may hold an item, and so a payload. */
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

type Facts = Readonly<Record<string, unknown>>;

/** For tests and measurements, which run functions thousands of times. */
const isSilent = process.env.HOLDFAST_LOG_LEVEL === 'silent';

/** A line of JSON on standard output, which Lambda keeps. Payloads and credentials are never given to it. */
function log(level: 'info' | 'warn' | 'error', msg: string, facts: Facts): void {
  if (isSilent) return;
  process.stdout.write(`${JSON.stringify({ level, time: Date.now(), ...facts, msg })}\n`);
}

export const reporter: Reporter = {
  warn: (what, { error, ...details }) =>
    log('warn', what, { ...details, ...(error === undefined ? {} : { err: tell(error) }) }),
};

/** Adds facts to the line of an invocation. */
export type Note = (facts: Facts) => void;

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
    log('info', name, { ...facts, ...duration() });
    return answer;
  } catch (err) {
    log('error', name, { ...facts, ...duration(), err: tell(err) });
    throw err;
  }
}
