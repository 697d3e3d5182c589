import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grantsSchema, parsePattern } from '../../broker/access';

const document = readFileSync(join(__dirname, '../../docs/access.md'), 'utf8');

it('states grants as they are read', () => {
  const examples = Array.from(document.matchAll(/^```json grants\n([\s\S]*?)^```$/gm), ([, json = '']) => json);
  expect(examples).not.toHaveLength(0);
  for (const json of examples) expect(grantsSchema.safeParse(JSON.parse(json)).error).toBeUndefined();
});

it('explains patterns that are patterns', () => {
  const table = /^\| pattern[\s\S]*?\n\n/m.exec(document)?.[0] ?? '';
  const patterns = Array.from(table.matchAll(/^\| `([^`]+)`/gm), ([, pattern = '']) => pattern);
  expect(patterns).toHaveLength(8);
  for (const pattern of patterns) expect(parsePattern(pattern)).not.toHaveProperty('error');
});
