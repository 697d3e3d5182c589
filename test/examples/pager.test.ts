import { startExample } from './example';

it('has a pager miss a night: it rings for each alarm of it in the morning, in order, and for nothing else', async () => {
  const { code, lines } = await startExample('pager').ended;
  expect(code).toBe(0);
  expect(lines.map((line) => line.replace(/ \((now|\d+ s ago)\)$/, ''))).toEqual([
    'The pager is on.',
    '  RING: db-1: the disk is 80 % full',
    'It is night, and the pager is off. The servers report all the same.',
    'It is morning, and the pager is on: 13 events at most were missed.',
    '  RING: db-1: the disk is 95 % full',
    '  RING: web-1: the database does not answer',
    '  RING: web-2: the database does not answer',
    '  RING: db-1: the disk is full',
    '  RING: web-1: the certificate expires today',
  ]);
});
