import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import { emulatorEnvironment, folder, root } from './settings';

const cdk = join(root, 'node_modules', '.bin', 'cdk');
const assembly = join(folder, 'cdk.out');
const outputs = join(folder, 'outputs.json');

/**
 * Deploys the stack, the very one that goes to AWS, with the CDK's own command line. Deploying again what has not changed
 * changes nothing.
 *
 * @param context what the stack has to know of the emulator, by name
 * @returns the WebSocket URL
 */
export async function deploy(context: Readonly<Record<string, string>>): Promise<string> {
  const env: NodeJS.ProcessEnv = {
    ...emulatorEnvironment(),
    CDK_DISABLE_CLI_TELEMETRY: '1',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  };
  const quiet = ['--no-notices', '--no-version-reporting', '--no-color'];
  const flags = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
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
  const { Holdfast } = JSON.parse(readFileSync(outputs, 'utf8')) as { Holdfast: { Url: string } };
  return Holdfast.Url;
}
