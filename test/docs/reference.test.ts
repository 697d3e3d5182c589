import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as client from '../../client';

const ROOT = join(__dirname, '../..');

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** As one line, without marks: how a text is broken and set differs between a docstring and the reference. */
const plain = (text: string): string =>
  text
    .replace(/\{@link (\w+)\}|\[([^\]]+)\]\([^)]*\)/g, '$1$2')
    .replace(/\\|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const reference = read('docs/client-api.md');

/** The paragraphs of the docstrings of a file, and of their tags. */
function docstrings(path: string): string[] {
  const comments = read(path).match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments
    .map((comment) => comment.replace(/^\/\*\*|\*\/$/g, '').replace(/^ *\* ?/gm, ''))
    .flatMap((text) => text.split(/\n\s*\n|^ *@\w+(?: \w+)?/m))
    .map(plain)
    .filter((paragraph) => paragraph !== '');
}

it.each(Object.keys(client))('the reference of the client has %s', (name) => {
  expect(reference).toMatch(new RegExp(`^### (\`abstract\` )?${name}(\\(\\))?$`, 'm'));
});

// The files in which everything is public. That the reference is what TypeDoc makes of all of them, CI checks.
it.each(['holdfast', 'options', 'errors', 'events', 'queues'])(
  'the reference of the client says what the docstrings of %s.ts say: if not, npm run docs:api makes it anew',
  (file) => {
    const text = plain(reference);
    expect(docstrings(`client/${file}.ts`).filter((paragraph) => !text.includes(paragraph))).toEqual([]);
  },
);
