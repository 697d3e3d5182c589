import type { Command } from 'commander';
import { program } from '../../cli/program';
import { version } from '../../package.json';
import { run } from './program';

/** The commands that do something: of `keys` those below it. */
const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

const commands = leaves(program()).filter((command) => !['serve', 'complete'].includes(command.name()));

/** The help of a command, as it is printed. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

test.each(commands.map((command) => [command.name(), command] as const))(
  'The help of %s has examples, which are of that command',
  (name, command) => {
    const help = helpOf(command);
    const examples = help.slice(help.indexOf('\nExamples:\n')).split('\n').slice(2);
    expect(examples.filter((line) => line.includes(name))).not.toEqual([]);
  },
);

test('Every option of every command is explained', () => {
  const silent = [program(), ...commands].flatMap((command) =>
    command.options.filter(({ description }) => description === '').map(({ flags }) => `${command.name()} ${flags}`),
  );
  expect(silent).toEqual([]);
});

test('--version prints that of the package, and nothing else', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help is no error; without a command, or with one there is not, the help goes to standard error', async () => {
  const [asked, none, wrong] = await Promise.all([run(['--help']), run([]), run(['publsh'])]);
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes:'), stderr: '' });
  expect(asked.stdout).toMatch(/Usage: holdfast .*publish .*subscribe .*top .*Examples:/s);
  expect(none).toMatchObject({ code: 2, stdout: '', stderr: asked.stdout });
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/Did you mean publish\?/) });
});

test('help COMMAND prints what COMMAND --help does, that of serve too', async () => {
  for (const name of ['serve', 'publish']) {
    const [asked, helped] = await Promise.all([run([name, '--help']), run(['help', name])]);
    expect(helped).toEqual(asked);
    expect(helped).toMatchObject({ code: 0, stderr: '' });
  }
  expect((await run(['help', 'serve'])).stdout).toContain('--retention <duration>');
});

test('The description of what it is runs on, and help with a command there is not says so', async () => {
  const [asked, wrong] = await Promise.all([run(['--help']), run(['help', 'no\u001bpe'])]);
  expect(asked.stdout).toMatch(/\nHoldfast, [^\n]{60,}\n[^\n]{20,}\n\n/);
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error: there is no command no\\u001bpe\n/),
  });
});

test('The help of a command has the options of the connection, but for those that do not connect', () => {
  for (const command of commands)
    expect([command.name(), helpOf(command).includes('--url')]).toEqual([
      command.name(),
      command.parent?.name() !== 'keys',
    ]);
});
