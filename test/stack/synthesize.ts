import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Holdfast, type HoldfastProps, HoldfastStack } from '../../lib';

/** A resource of a template, as far as these tests look at it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

const root = join(__dirname, '..', '..');
const { context: flags } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: object };

/** Copying the bundles takes long, and changes nothing in the template; `bundle.test.ts` does it. */
export const withoutAssets = { 'aws:cdk:disable-asset-staging': true };

/** An app with the flags of ours. Validating a template takes seconds too; `nag.test.ts` does it. */
export function newApp(context: Record<string, unknown> = withoutAssets, validated = false): App {
  return new App({ context: { ...flags, ...context }, builtinCloudFormationValidation: validated });
}

const templates = new Map<string, Template>();

/** The stack that `cdk deploy` deploys, with what follows `-c` on its command line. */
export function deployed(context: Record<string, unknown> = {}): Template {
  const key = JSON.stringify(context);
  const known = templates.get(key);
  if (known) return known;
  const stack = new HoldfastStack(newApp({ ...withoutAssets, auth: 'none', ...context }), 'Holdfast');
  const template = Template.fromStack(stack);
  templates.set(key, template);
  return template;
}

/** The construct in somebody's own stack. */
export function inOwnStack(props: Partial<HoldfastProps> = {}): {
  stack: Stack;
  queue: Holdfast;
  template: () => Template;
} {
  const stack = new Stack(newApp(), 'Own');
  const queue = new Holdfast(stack, 'Queue', { auth: { by: 'none' }, ...props });
  return { stack, queue, template: () => Template.fromStack(stack) };
}

/** All resources of a type, by the part of their id that their construct's path begins with. */
export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

/** The one whose logical id begins so, its hash aside. */
export function resource(template: Template, type: string, id: string): Resource & { readonly logicalId: string } {
  const matching = Object.entries(resources(template, type)).filter(([logicalId]) =>
    new RegExp(`^${id}[0-9A-F]{8}$`).test(logicalId),
  );
  const [found] = matching;
  if (!found || matching.length > 1) throw new Error(`${matching.length} of ${type} are ${id}`);
  return { logicalId: found[0], ...found[1] };
}
