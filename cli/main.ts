#!/usr/bin/env node
import { exitCodeOf, explain, isReaderGone } from './failure';
import { program } from './program';

let told: unknown;

/**
 * Prints an error on standard error. A failed write is reported twice, by the stream and by the call; print it once.
 */
function fail(error: unknown): void {
  if (error === told) return;
  told = error;
  const text = explain(error);
  if (text !== undefined) process.stderr.write(`${text}\n`);
  process.exitCode = exitCodeOf(error);
}

// Not thrown, which would end the process before acks are sent.
process.stdout.on('error', (error) => {
  if (!isReaderGone(error)) fail(error);
});

program().parseAsync().catch(fail);
