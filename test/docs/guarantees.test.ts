import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const document = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');

/** The sections that are a guarantee: their heading has a number. */
const guarantees = document.split(/^## /m).filter((section) => /^\d+\. /.test(section));

/** What the document says would fail: a file, and a test in it, perhaps after the block that it is in. */
const cited = Array.from(document.matchAll(/^- \[([^\]]+)\]\(\.\.\/([^)]+)\): (.+)$/gm), ([, label, path, name]) => ({
  label: label ?? '',
  path: path ?? '',
  name: name ?? '',
}));

it('numbers the guarantees in order', () => {
  const numbers = guarantees.map((section) => Number.parseInt(section, 10));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThanOrEqual(6);
});

it.each(guarantees.map((section) => [section.split('\n')[0], section]))(
  'says of "%s" what it is, what it rests on, what it leaves out, and which tests show it',
  (_, section) => {
    expect(section).toMatch(/\n\n\*\*[^*]+\.\*\*\n/);
    expect(section).toMatch(/^Rests on /m);
    expect(section).toMatch(/^Not included: /m);
    expect(section).toMatch(/^- \[test\//m);
  },
);

it.each(cited.map(({ path, name, label }) => [path, name, label]))('%s has the test "%s"', (path, name, label) => {
  expect(label).toBe(path);
  expect(existsSync(join(ROOT, path))).toBe(true);
  const source = readFileSync(join(ROOT, path), 'utf8');
  for (const part of name.split(' › ')) expect(source).toMatch(asTitle(part));
});

/** The title of a test or a block begins so. */
const asTitle = (title: string): RegExp => new RegExp(`['"\`]${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
