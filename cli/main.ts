#!/usr/bin/env node
import { exitCodeOf, explain, isReaderGone } from './failure';
import { program } from './program';

// Whoever wrote is told; unheard, it would end the process before acks are sent.
process.stdout.on('error', (error) => {
  if (!isReaderGone(error)) throw error;
});

program()
  .parseAsync()
  .catch((error: unknown) => {
    const text = explain(error);
    if (text !== undefined) process.stderr.write(`${text}\n`);
    process.exitCode = exitCodeOf(error);
  });
