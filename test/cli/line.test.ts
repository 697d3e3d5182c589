import { createColors } from 'picocolors';
import { messageLine } from '../../cli/subscribe/line';
import type { Message } from '../../client';

const NOW = new Date('2026-11-23T12:00:00Z');

const message = (fields: Partial<Message> = {}): Message => ({
  queue: 'orders',
  seq: 42,
  id: 'a',
  event: 'created',
  payload: { id: 7 },
  headers: {},
  publisher: 'shop',
  publishedAt: new Date('2026-11-23T11:59:01.5Z'),
  attempt: 1,
  isSettled: false,
  ack: () => {},
  nack: () => {},
  reject: () => {},
  extend: () => {},
  ...fields,
});

const line = (fields: Partial<Message> = {}, colored = false) =>
  messageLine(message(fields), NOW, createColors(colored));

test('A line has the time, the seq, the event and the payload', () => {
  expect(line()).toBe('11:59:01  42  created  {"id":7}');
});

test('A message of another day is shown with its day', () => {
  expect(line({ publishedAt: new Date('2026-11-22T23:59:59Z') })).toMatch(/^2026-11-22 23:59:59 {2}42 /);
});

test('Headers are shown if there are some, and the attempt if it is not the first', () => {
  expect(line({ headers: { room: 'lobby' }, attempt: 3 })).toBe(
    '11:59:01  42  created  {"id":7}  {"room":"lobby"}  attempt 3',
  );
});

test('Colours are put around what is escaped already', () => {
  expect(line({ event: '\u001b[2J' }, true)).toContain('\u001b[36m\\u001b[2J\u001b[39m');
});
