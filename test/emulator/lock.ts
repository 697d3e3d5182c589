import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './run';

/**
 * Does something while no other process does, such as a start of the emulator; waits for one that is at it, and takes
 * over from one that ended without saying so.
 *
 * @param file holds the pid of the process that is at it.
 * @param what it is doing, in words.
 */
export async function oneAtATime<Result>(file: string, what: string, work: () => Promise<Result>): Promise<Result> {
  let told: number | undefined;
  while (!take(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && !isAlive(holder)) setAside(file, holder);
    else if (holder !== undefined && holder !== told)
      say(`Process ${holder} is ${what}; waiting for it to end. If it is not, delete ${file}.`);
    told = holder ?? told;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Whether it is there from now on and was not before: it has its content from the beginning. */
function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** Undefined: it has just been removed. */
function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // It may be another user's.
    return codeOf(error) === 'EPERM';
  }
}

/** Removes what a dead process left; what another has put in its place meanwhile is put back. */
function setAside(file: string, dead: number): void {
  const aside = `${file}.${process.pid}.aside`;
  try {
    renameSync(file, aside);
    if (!Object.is(holderOf(aside), dead)) linkSync(aside, file);
  } catch {
    // Another was quicker.
  }
  rmSync(aside, { force: true });
}
