import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { HoldfastStack } from '../../lib';
import { type CommonFunction, commonPermissions } from '../../lib/permissions';

/** The bundle of a function, as it is deployed. */
export interface Bundle {
  readonly name: CommonFunction;
  /** The module. */
  readonly file: string;
  readonly bytes: number;
}

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: { Code?: { S3Key?: string } } }>;
}

/** Bundles all functions, and has them as `cdk deploy` takes them, in a folder of their own. */
export function bundles(): Bundle[] {
  execFileSync(process.execPath, [join(__dirname, '../../build.mjs'), 'lambdas'], { stdio: 'inherit' });
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-bundles-'));
  const app = new App({ outdir });
  const stack = new HoldfastStack(app, 'Holdfast', { holdfast: { auth: { by: 'none' } } });
  app.synth();
  return bundlesOf(stack, outdir);
}

/** The bundles of a stack that was synthesized into a folder. */
export function bundlesOf(stack: HoldfastStack, outdir: string): Bundle[] {
  const template = JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')) as Template;
  const functions = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return (Object.keys(commonPermissions) as CommonFunction[]).map((name) => {
    const id = new RegExp(`${name}Function[0-9A-F]{8}$`, 'i');
    const found = functions.find(([logicalId]) => id.test(logicalId))?.[1].Properties.Code?.S3Key;
    if (found === undefined) throw new Error(`the template has no function ${name}`);
    const file = join(outdir, `asset.${found.replace('.zip', '')}`, 'index.mjs');
    return { name, file, bytes: statSync(file).size };
  });
}
