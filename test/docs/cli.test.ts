import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../cli/program';
import { served } from '../cli/server';

const text = (file: string): string => readFileSync(join(__dirname, '../..', file), 'utf8');
const document = text('docs/cli.md');

/** A command as the document shows it. */
interface Example {
  readonly command: string;
  /** What is typed while it runs. */
  readonly keys: string;
  readonly output: string;
}

/**
 * The commands of the blocks fenced as ```console, in order; those of a block that `types` something type it if asked.
 */
const examplesIn = (file: string): Example[] =>
  [...text(file).matchAll(/^```console(?: types (\S+))?\n([\s\S]*?)^```$/gm)].flatMap(([, keys = '', block = '']) =>
    block.split(/^\$ (?:npx )?/m).flatMap((example) => {
      const end = example.indexOf('\n');
      return end < 0 ? [] : [{ command: example.slice(0, end), keys, output: example.slice(end + 1).trimEnd() }];
    }),
  );

/** What differs from day to day: times, what `…` stands for, and the width of columns. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/[.*+?^${}()|[\]\\]/g, '\\$&'],
  [/\d\d:\d\d:\d\d/g, '\\d\\d:\\d\\d:\\d\\d'],
  [/\d+s ago/g, '(?:\\d+m?s ago|now)'],
  [/…/g, '.*'],
  [/ +/g, ' +'],
];

const patternOf = (output: string): RegExp =>
  new RegExp(`^${VARYING.reduce((text, [what, by]) => text.replace(what, by), output)}$`);

describe.each([
  ['README.md', 3],
  ['docs/cli.md', 26],
])('The examples of %s, one after the other', (file, atLeast) => {
  const server = served();
  const data = mkdtempSync(join(tmpdir(), 'holdfast-docs-'));
  afterAll(() => rmSync(data, { recursive: true, force: true }));
  const examples = examplesIn(file);

  test('are there', () => expect(examples.length).toBeGreaterThanOrEqual(atLeast));

  test.each(examples.map((example) => [example.command, example] as const))(
    '$ %s',
    async (command, { keys, output }) => {
      const terminal = server.show(command, { columns: 400, env: { NO_COLOR: '1', HOLDFAST_DATA: data } });
      if (command.includes('prompt')) {
        await terminal.until(/^\? /m);
        terminal.type(`${keys}\r`);
      }
      expect(await terminal.ended).toBe(0);
      expect(terminal.screen()).toMatch(patternOf(output));
    },
  );
});

const commands = program().commands.filter((command) => command.name() !== 'complete');

test.each(commands.map((command) => [command.name(), command] as const))(
  'It has a section on %s, which names its options',
  (name, command) => {
    const begin = document.indexOf(`\n## ${name}\n`);
    expect(begin).toBeGreaterThan(0);
    const end = document.indexOf('\n## ', begin + 1);
    const section = document.slice(begin, end < 0 ? undefined : end);
    const all = [command, ...command.commands].flatMap(({ options }) => options);
    const own = all.map(({ long }) => long ?? '').filter((long) => long !== '--help' && long !== '--json');
    expect(own.filter((long) => !section.includes(`\`${long}`) && !section.includes(`${long} `))).toEqual([]);
  },
);

test('It names the options of all commands', () => {
  const missing = program().options.filter(({ flags }) => !document.includes(`\`${flags}\``));
  expect(missing).toEqual([]);
});
