/**
 * Bytes of the three lines that Lambda itself writes to the log of an invocation: START, END and REPORT, as its
 * documentation shows them.
 */
export const PLATFORM_LINES = 300;

/** Runs one invocation and keeps its lines from the screen. Returns how many bytes they were. */
export async function quietly(run: () => Promise<void>): Promise<number> {
  const { write } = process.stdout;
  let bytes = 0;
  process.stdout.write = (text: string | Uint8Array) => {
    bytes += text.length;
    return true;
  };
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return bytes;
}
