import type { OutputConfiguration } from 'commander';

/** What is wrong with a command line, and who explains it, as one line: a script may log it, and a person read it. */
export const inOneLine: OutputConfiguration = {
  outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')} (--help explains)\n`),
};
