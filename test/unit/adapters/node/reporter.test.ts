import fs from 'node:fs';
import { pinoReporter } from '../../../../adapters/node';

const noRoom = () => {
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
};

/** A log whose disk is full until it is said to have room. */
function fullLog() {
  const written: string[] = [];
  const write = jest.spyOn(fs, 'writeSync').mockImplementation(noRoom);
  const makeRoom = () =>
    write.mockImplementation((_, data) => {
      written.push(String(data));
      return Buffer.byteLength(String(data));
    });
  return { written, makeRoom, text: () => written.join('') };
}

afterEach(() => {
  jest.restoreAllMocks();
});

test('What cannot be written is written when there is room again, line after line', () => {
  const log = fullLog();
  const reporter = pinoReporter('warn', 2);
  reporter.warn('first', {});
  reporter.warn('second', {});
  log.makeRoom();
  reporter.warn('third', {});
  const lines = log.text().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second', 'third']);
});

test('What is kept until there is room again is limited', () => {
  const log = fullLog();
  const reporter = pinoReporter('warn', 2);
  for (let n = 0; n < 30; n++) reporter.warn('x'.repeat(100_000), {});
  log.makeRoom();
  reporter.warn('last', {});
  reporter.warn('after', {});
  expect(log.text().length).toBeLessThan(1_200_000);
  expect(log.text()).toMatch(/"msg":"after"}\n$/);
});
