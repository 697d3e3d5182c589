import ansi from 'ansi-escapes';
import { createLogUpdate } from 'log-update';

/** A terminal's whole screen, drawn anew again and again. */
export interface Live {
  draw(text: string): void;
  /** Gives the terminal back as it was. */
  end(): void;
}

/** What a person does at the terminal. */
export interface Hands {
  /** `q`, Ctrl-C or Ctrl-D was typed, or the program is to end. */
  readonly onEnd: () => void;
  readonly onResize: () => void;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Takes over the terminal: its alternate screen, without a cursor, and each key as it is typed. */
export function goLive({ onEnd, onResize }: Hands): Live {
  const { stdin, stdout } = process;
  const onKey = (keys: string) => {
    if (['q', 'Q', CTRL_C, CTRL_D].some((key) => keys.includes(key))) onEnd();
  };
  let update = createLogUpdate(stdout);
  const onChange = () => {
    // The terminal has rewrapped what was drawn: begin from an empty screen.
    stdout.write(ansi.clearViewport);
    update = createLogUpdate(stdout);
    onResize();
  };
  stdout.write(ansi.enterAlternativeScreen + ansi.clearViewport);
  stdout.on('resize', onChange);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onEnd);
  if (stdin.isTTY) stdin.setRawMode(true).setEncoding('utf8').on('data', onKey);
  return {
    draw: (text) => update(text),
    end: () => {
      update.done();
      stdout.off('resize', onChange);
      stdin.off('data', onKey);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
      stdout.write(ansi.exitAlternativeScreen);
    },
  };
}
