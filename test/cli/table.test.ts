import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { type Column, drawTable, tabbed } from '../../cli/output/table';

interface Item {
  readonly name: string;
  readonly count: number;
}

const columns: readonly Column<Item>[] = [
  { title: 'NAME', of: ({ name }) => name, paint: (text, _, { red }) => red(text) },
  { title: 'COUNT', of: ({ count }) => count, shown: ({ count }) => `${count} pieces`, align: 'right' },
];
const plain = createColors(false);
const items: Item[] = [
  { name: 'apples', count: 7 },
  { name: 'pears and plums', count: 12 },
];

test('People see columns that line up, without lines around them', () => {
  expect(drawTable(items, columns, { colors: plain })).toBe(
    ['NAME                 COUNT', 'apples            7 pieces', 'pears and plums  12 pieces'].join('\n'),
  );
});

test('Programs get a line of titles and one for each item, with tabs between the bare values', () => {
  expect(tabbed(items, columns)).toBe('NAME\tCOUNT\napples\t7\npears and plums\t12');
});

test.each([
  ['a table', () => drawTable([{ name: '\u001b[2J\tx\ny', count: 1 }], columns, { colors: plain })],
  ['tabs', () => tabbed([{ name: '\u001b[2J\tx\ny', count: 1 }], columns)],
])('Control characters in %s are shown, so that each item is one line of two columns', (_, draw) => {
  const lines = draw().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^\\u001b\[2J\\tx\\ny(\t| +)1/);
});

test('A column is painted around its escaped text', () => {
  const table = drawTable([{ name: '\u001b[0m', count: 1 }], columns, { colors: createColors(true) });
  expect(table).toContain('\u001b[31m\\u001b[0m\u001b[39m');
});

test.each([60, 24, 14])('Within %d characters the widest columns are cut, also of wide letters', (width) => {
  const wide = [...items, { name: '注文'.repeat(20), count: 123_456 }];
  for (const line of drawTable(wide, columns, { colors: plain, width }).split('\n'))
    expect(stringWidth(line)).toBeLessThanOrEqual(width);
});
