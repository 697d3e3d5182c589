import { accessSync, constants } from 'node:fs';
import { build } from '../build';
import { CHROMIUM } from './program';

/** Sees to what the tests drive: Chromium, and the client and the server as they are published. */
export default function globalSetup(): void {
  try {
    accessSync(CHROMIUM, constants.X_OK);
  } catch {
    throw new Error(
      `There should be a Chromium at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM to where there is one`,
    );
  }
  build('program', 'client');
}
