import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oneAtATime } from '../../emulator/lock';

let folder: string;
let lock: string;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  lock = join(folder, 'lock');
  told = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    told.push(String(line));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it('says who is at it, and waits until that one is done, well or not', async () => {
  let fail = (_: Error) => {};
  const held = new Promise<void>((_, reject) => {
    fail = reject;
  });
  const first = oneAtATime(lock, 'busy', () => held);
  const order: string[] = [];
  const second = oneAtATime(lock, 'busy', async () => void order.push('second'));
  expect(told).toEqual([expect.stringContaining(`Process ${process.pid} is busy; waiting`)]);
  order.push('first');
  fail(new Error('it went wrong'));
  await expect(first).rejects.toThrow('it went wrong');
  await second;
  expect(order).toEqual(['first', 'second']);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over from one that is dead', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(lock, String(pid));
  await oneAtATime(lock, 'busy', async () => expect(readFileSync(lock, 'utf8')).toBe(String(process.pid)));
  expect(existsSync(lock)).toBe(false);
});

it('takes over from a file in which nobody is', async () => {
  writeFileSync(lock, '');
  await oneAtATime(lock, 'busy', async () => expect(readFileSync(lock, 'utf8')).toBe(String(process.pid)));
});
