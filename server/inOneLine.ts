import type { OutputConfiguration } from 'commander';

/** Prints an error of the command line and the hint at --help as one line, for logs of scripts and for people. */
export const inOneLine: OutputConfiguration = {
  outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')} (--help explains)\n`),
};
