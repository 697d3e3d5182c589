import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatorError, run } from './run';
import { emulatorEnvironment, folder, root } from './settings';

const cdk = join(root, 'node_modules', '.bin', 'cdk');
/** What a deployment says of itself. */
export interface Outputs {
  /** The WebSocket URL. */
  readonly Url: string;
  /** Of API keys, if there are any. */
  readonly KeysTable?: string;
}

/**
 * Deploys the stack, the very one that goes to AWS, with the CDK's own command line. Deploying again what has not
 * changed changes nothing.
 *
 * @param context what the stack has to know of the emulator, by name
 * @param stack what it is called
 */
export async function deploy(context: Readonly<Record<string, string>>, stack = 'Holdfast'): Promise<Outputs> {
  const assembly = join(folder, `${stack}.cdk.out`);
  const outputs = join(folder, `${stack}.outputs.json`);
  const env: NodeJS.ProcessEnv = {
    ...emulatorEnvironment(),
    CDK_DISABLE_CLI_TELEMETRY: '1',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  };
  const quiet = ['--no-notices', '--no-version-reporting', '--no-color'];
  const flags = Object.entries({ ...context, stack }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await Promise.all([
    // From a folder without an app, which it would synthesize first.
    run('Bootstrapping', cdk, ['bootstrap', `aws://000000000000/${env.AWS_REGION}`, ...quiet], { cwd: folder, env }),
    run('Synthesizing', cdk, ['synth', '--quiet', '--no-validation', '--output', assembly, ...flags, ...quiet], {
      cwd: root,
      env,
    }),
  ]);
  const deployment = ['deploy', '--all', '--app', assembly, '--require-approval', 'never', '--outputs-file', outputs];
  await run('Deploying', cdk, [...deployment, ...quiet], { cwd: folder, env });
  const { [stack]: found } = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, Outputs>;
  if (found === undefined) throw new EmulatorError(`${outputs} has nothing of ${stack}`);
  return found;
}
