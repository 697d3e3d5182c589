import { Misuse } from '../../cli/exitCode';
import { readPosition, readSeq } from '../../cli/position';

const NOW = Date.parse('2026-11-23T12:00:00Z');

test.each([
  ['new', 'new'],
  ['earliest', 'earliest'],
  ['1', { seq: 1 }],
  ['4711', { seq: 4711 }],
  ['2026-11-01', { time: '2026-11-01T00:00:00.000Z' }],
  ['2028-02-29', { time: '2028-02-29T00:00:00.000Z' }],
  ['2026-11-01T00:30+02:00', { time: '2026-10-31T22:30:00.000Z' }],
  ['2026-11-01T08:00+02:00', { time: '2026-11-01T06:00:00.000Z' }],
  ['2026-11-01T08:00:30.5Z', { time: '2026-11-01T08:00:30.500Z' }],
  ['90s', { time: '2026-11-23T11:58:30.000Z' }],
  ['2h', { time: '2026-11-23T10:00:00.000Z' }],
  ['7d', { time: '2026-11-16T12:00:00.000Z' }],
  ['50000w', { time: '1068-08-17T12:00:00.000Z' }],
])('%s is a position', (text, position) => expect(readPosition(text, NOW)).toEqual(position));

test.each(['', '0', '-1', '1.5', 'latest', '2026-13-01', '2026-11-01T08:00', '08:00', '2 h', '99999999999999999999'])(
  '%j is no position, and what would be is said',
  (text) => expect(() => readPosition(text, NOW)).toThrow(Misuse),
);

test.each(['99999999w', '999999999999999d', '110000w'])(
  '%s is too long ago for a time, and what would be one is said',
  (text) => {
    expect(() => readPosition(text, NOW)).toThrow(Misuse);
    expect(() => readPosition(text, NOW)).toThrow(/expected new, earliest/);
  },
);

test.each(['2026-02-29', '2026-02-30', '2026-02-31T10:00Z', '2026-04-31T23:30-02:00', '2026-11-00'])(
  '%s is no day that there is, and is not taken for another',
  (text) => {
    expect(() => readPosition(text, NOW)).toThrow(Misuse);
    expect(() => readPosition(text, NOW)).toThrow(`'${text}' is no position: there is no such day`);
  },
);

test.each(['0', '-3', '1e3', 'x', ''])('%j is no seq', (text) => expect(() => readSeq(text)).toThrow(/from 1/));
