#!/usr/bin/env node
import { exitCodeOf, explain } from './failure';
import { program } from './program';

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

program()
  .parseAsync()
  .catch((error: unknown) => {
    const text = explain(error);
    if (text !== undefined) process.stderr.write(`${text}\n`);
    process.exitCode = exitCodeOf(error);
  });
