import { emulatorUrl } from './emulatorUrl';

/** Before the conformance suite runs against the emulator; `HOLDFAST_URL` points it elsewhere. It is left running. */
export default async function globalSetup(): Promise<void> {
  process.env.HOLDFAST_URL ??= await emulatorUrl();
}
