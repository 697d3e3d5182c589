/**
 * Runs one invocation and keeps its lines from the screen. Returns how many bytes they were: all that is logged, for
 * Lambda is told to write no lines of its own while nothing is wrong.
 */
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
