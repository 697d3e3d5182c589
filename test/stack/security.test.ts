import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented, permissionsTable, SECURITY } from './permissionsTable';

const root = join(__dirname, '..', '..');

describe('the table of permissions in docs/security.md', () => {
  const table = permissionsTable();

  test('is what the templates allow; npm run docs:permissions makes it anew', () => {
    expect(documented()).toBe(table);
  });

  test('names every function, and every resource', () => {
    for (const name of ['Connect', 'Publish', 'Deliver']) expect(table).toContain(`| ${name} |`);
    expect(table).not.toMatch(/undefined|\| \*|:\*|\[object/);
  });
});

describe('the threats in docs/security.md', () => {
  const text = readFileSync(SECURITY, 'utf8');
  const section = text.slice(text.indexOf('## Threats'), text.indexOf('## What is not stopped'));
  const rows = section.split('\n').filter((line) => /^\| (?!who|-)/.test(line));
  // `file`: _name_; _name_; `file`: _name_
  const shown = rows.map((row) => {
    const cell = row.split(' | ').at(-1) ?? '';
    return [...cell.matchAll(/`(test\/[^`]+)`: ((?:_[^_]+_(?:; )?)+)/g)].flatMap(([, file = '', names = '']) =>
      [...names.matchAll(/_([^_]+)_/g)].map(([, name = '']) => ({ file, name })),
    );
  });

  test('are each shown to be stopped by a test', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const [index, tests] of shown.entries()) expect([rows[index], tests.length]).not.toEqual([rows[index], 0]);
  });

  test.each(shown.flat())('$file has the test “$name”', ({ file, name }) => {
    expect(existsSync(join(root, file))).toBe(true);
    const titles = readFileSync(join(root, file), 'utf8').replace(/%[sij]/g, '');
    expect(titles.replaceAll('\\', '')).toContain(name);
  });
});
