/** What the command line ends with. */
export const EXIT = {
  /** It did what was asked. */
  ok: 0,
  /** It was refused or failed; standard error says why. */
  failed: 1,
  /** The command line makes no sense; nothing was sent. */
  misuse: 2,
  /** No server could be reached at the URL, or the connection was lost for good. */
  unreachable: 3,
  /** The server does not know the token, or does not allow this to its owner. */
  forbidden: 4,
  /** Ctrl-C cut it off before it was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown for a command line that makes no sense; its message says what is expected. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** Thrown where Ctrl-C ended the command. Nobody has to be told. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
