import type { Command } from 'commander';
import { addServe } from './serve';

/** Every command, in the order of the help: a file each, which adds it to the tree. */
export const COMMANDS: readonly ((root: Command) => void)[] = [addServe];
