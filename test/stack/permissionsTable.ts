import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { deployed, resources } from './synthesize';

/** The document that holds the table, between two comments. */
export const SECURITY = join(__dirname, '..', '..', 'docs', 'security.md');
const BEGIN = '<!-- permissions: made by `npm run docs:permissions` -->';
const END = '<!-- end of permissions -->';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const list = <Value>(value: Value | Value[]): Value[] => (Array.isArray(value) ? value : [value]);

/** Every choice of access control has functions of its own. */
const choices = [
  { auth: 'none' },
  { auth: 'keys' },
  { auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' },
];

/** A resource as a person calls it: `table Messages`, from the references that CloudFormation resolves. */
function spoken(resource: unknown): string {
  const text = JSON.stringify(resource);
  const connections = /\/(POST|DELETE)\/@connections\/\*/.exec(text);
  if (connections) return `${connections[1]} to connections of this API and stage`;
  const [, id = '', attribute] = /"Fn::GetAtt":\["Queue(\w+?)[0-9A-F]{8}","(\w+)"\]/.exec(text) ?? [];
  if (/^Functions\w+Logs$/.test(id)) return 'its own log group';
  if (id.startsWith('WakeUps')) return `queue ${id.slice('WakeUps'.length)}`;
  const table = id.slice('Tables'.length);
  const index = /\/index\/(\w+)/.exec(text)?.[1];
  if (index !== undefined) return `index ${index} of table ${table}`;
  if (!id.startsWith('Tables')) throw new Error(`There is no name yet for ${text}`);
  return attribute === 'StreamArn' ? `stream of table ${table}` : `table ${table}`;
}

/** What each function may do, by the resource that it may do it to. */
function permissionsOf(template: Template): Map<string, Map<string, string[]>> {
  const found = new Map<string, Map<string, string[]>>();
  for (const [id, { Properties }] of Object.entries(resources(template, 'AWS::IAM::Policy'))) {
    const name = /^QueueFunctions(\w+)FunctionRole/.exec(id)?.[1] ?? id;
    const allowed = found.get(name) ?? new Map<string, string[]>();
    found.set(name, allowed);
    for (const { Effect, Action, Resource } of (Properties.PolicyDocument as { Statement: Statement[] }).Statement) {
      if (Effect !== 'Allow') continue;
      for (const resource of list(Resource)) {
        const actions = new Set([...(allowed.get(spoken(resource)) ?? []), ...list(Action)]);
        allowed.set(spoken(resource), [...actions].sort());
      }
    }
  }
  return found;
}

/** Every permission of every function, as it stands in the templates of all choices of access control. */
export function permissionsTable(): string {
  const all = new Map(choices.flatMap((choice) => [...permissionsOf(deployed(choice))]));
  const rows = [...all].flatMap(([name, allowed]) =>
    [...allowed]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, actions]) => [name, resource, actions.join(', ')]),
  );
  const lines = [['function', 'may do to', 'calls'], ['---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The table in the document, without the spaces that only line it up. */
export function documented(): string {
  const text = readFileSync(SECURITY, 'utf8');
  const part = text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
  return part.trim().replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}

/** The document with another table. */
export function rewritten(table: string): string {
  const text = readFileSync(SECURITY, 'utf8');
  return `${text.slice(0, text.indexOf(BEGIN) + BEGIN.length)}\n\n${table}\n\n${text.slice(text.indexOf(END))}`;
}
