import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FOLDERS = [
  'adapters',
  'bench',
  'bin',
  'broker',
  'cli',
  'client',
  'examples',
  'lambdas',
  'lib',
  'publisher',
  'server',
  'test',
];
const COLUMNS = 120;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.m?[jt]s$/.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path)),
);

/** The lines of comments that are too long, as an editor finds them. */
const tooLong = (file: string): string[] =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => (/^\s*(\/\/|\/?\*)/.test(line) && line.length > COLUMNS ? [`${file}:${index + 1}`] : []));

test('No comment is wider than 120 columns: the formatter leaves comments as they are', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap(tooLong)).toEqual([]);
});
