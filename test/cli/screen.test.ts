import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { activity } from '../../cli/top/activity';
import { drawScreen } from '../../cli/top/screen';
import type { Snapshot } from '../../cli/top/snapshot';

const heading = { url: 'ws://127.0.0.1:8080', state: 'every 2s · q ends' };
const screen = { columns: 80, rows: 24, colors: createColors(false) };

const before: Snapshot = {
  at: 0,
  queues: [{ queue: 'orders', head: 1_000, subscribers: 2, connected: 1 }],
  subscriptions: [
    { queue: 'orders', clientId: 'billing', next: 901, inFlight: 0, backlog: 100, dead: 0, connected: true },
    { queue: 'orders', clientId: 'mailer', next: 1, inFlight: 0, backlog: 1_000, dead: 2, connected: false },
  ],
};
const after: Snapshot = {
  at: 2_000,
  queues: [
    { queue: 'orders', head: 1_025, subscribers: 2, connected: 1 },
    { queue: 'mails', head: 0, subscribers: 0, connected: 0 },
  ],
  subscriptions: [
    { queue: 'orders', clientId: 'billing', next: 1_001, inFlight: 5, backlog: 25, dead: 0, connected: true },
    { queue: 'orders', clientId: 'mailer', next: 1, inFlight: 0, backlog: 1_025, dead: 2, connected: false },
  ],
};

/** As many queues, each with as many subscriptions that are behind. */
function crowd(queues: number, subscribers: number): Snapshot {
  const names = Array.from({ length: queues }, (_, n) => `queue ${n}`);
  return {
    at: 0,
    queues: names.map((queue, n) => ({ queue, head: n, subscribers, connected: 0 })),
    subscriptions: names.flatMap((queue, n) =>
      Array.from({ length: subscribers }, (_, client) => ({
        ...{ queue, clientId: `client-${client}`, next: 1, inFlight: 0, backlog: n, dead: 0, connected: false },
      })),
    ),
  };
}

test('It shows totals, each queue with its rates, and who is behind', () => {
  expect(drawScreen(activity(before, after), heading, screen)).toBe(
    `
2 queues, 12.5/s published, 47.5/s settled, 5 in flight, 1,050 backlog, 2 dead

QUEUE    HEAD  PUBLISHED/s  SUBSCRIBERS  IN FLIGHT  BACKLOG  DEAD
mails       0            0       0 of 0          0        0     0
orders  1,025         12.5       1 of 2          5    1,050     2

SLOWEST  QUEUE   BACKLOG  IN FLIGHT  SETTLED/s  CAUGHT UP
mailer   orders    1,025          0          0       away
billing  orders       25          5       47.5      in 1s
ws://127.0.0.1:8080 · every 2s · q ends`.slice(1),
  );
});

test('An empty server is said to be one', () => {
  const drawn = drawScreen(activity(undefined, { at: 0, queues: [], subscriptions: [] }), heading, screen);
  expect(drawn.split('\n').slice(0, 5)).toEqual([
    '0 queues, –/s published, –/s settled, 0 in flight, 0 backlog, 0 dead',
    '',
    'No queues yet.',
    '',
    'Nobody is behind.',
  ]);
});

test.each([
  [80, 24],
  [40, 10],
  [20, 5],
  [200, 60],
])('On %d by %d characters nothing is wider or higher than the screen', (columns, rows) => {
  const drawn = drawScreen(activity(undefined, crowd(100, 3)), heading, { ...screen, columns, rows }).split('\n');
  expect(drawn.length).toBeLessThanOrEqual(rows);
  expect(Math.max(...drawn.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
});

test('Where there is no room for all queues, those where most goes on are shown, and how many are not', () => {
  const drawn = drawScreen(activity(undefined, crowd(100, 1)), heading, { ...screen, columns: 120 });
  expect(drawn).toContain('queue 99 ');
  expect(drawn).not.toContain('queue 1 ');
  expect(drawn).toMatch(/100 queues, .*, 88 not shown/);
});

test('Names that hold control characters are shown escaped', () => {
  const queues = [{ queue: '\u009b2Jowned', head: 1, subscribers: 0, connected: 0 }];
  const drawn = drawScreen(activity(undefined, { at: 0, queues, subscriptions: [] }), heading, screen);
  expect(drawn).toContain('\\u009b2Jowned');
  expect(drawn.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('Backlog and dead letters stand out', () => {
  const drawn = drawScreen(activity(before, after), heading, { ...screen, colors: createColors(true) });
  expect(drawn).toContain('\u001b[33m1,050\u001b[39m');
  expect(drawn).toContain('\u001b[31m2\u001b[39m');
});
