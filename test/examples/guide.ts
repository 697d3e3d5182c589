import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FENCE = /^```ts(?: (\S+))?\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm;

/** An example of a document. */
export interface Example {
  /** Its file, such as publish.mts, if it is a program; otherwise it is a part of one. */
  readonly name: string | undefined;
  /** Where its fence is. */
  readonly line: number;
  readonly code: string;
  /** What it says, line by line, as the block after it tells. */
  readonly output: readonly string[];
}

/** The blocks of a document that are fenced as ts, in its order. */
export function examplesOf(path: string): Example[] {
  const text = readFileSync(join(__dirname, '../..', path), 'utf8');
  return Array.from(text.matchAll(FENCE), ({ index, 1: name, 2: code = '', 3: output = '' }) => ({
    name,
    line: text.slice(0, index).split('\n').length,
    code,
    output: output.split('\n').filter((line) => line !== ''),
  }));
}

/** Whatever the parts of a program take for granted, but for what is imported. */
const BEFORE = `import { Holdfast, connect } from 'holdfast/client';
import type { Order, Queues } from './queues.mjs';

const holdfast = await connect<Queues>('ws://127.0.0.1:8080', { clientId: 'shop' });
const handle = async (_order: Order): Promise<void> => undefined;
const isBusy = async (): Promise<boolean> => true;
const getSession = async (): Promise<{ token: string }> => ({ token: 'secret' });
`;

const AFTER = `
await holdfast.close();
`;

/** A part of a program, made a whole one. */
export function complete(code: string): string {
  const lines = code.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  return [...imports, BEFORE, ...lines.filter((line) => !line.startsWith('import ')), AFTER].join('\n');
}
