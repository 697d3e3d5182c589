import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployed, type Resource, resources } from '../stack/synthesize';

const document = readFileSync(join(__dirname, '../../docs/restoring.md'), 'utf8');
const [, script = ''] = /^## The script$[\s\S]*?```sh\n([\s\S]*?)```/m.exec(document) ?? [];

/**
 * Says what would be called; that the one table is there which is asked for. A table that is being changed takes no
 * other change until somebody has waited. What FAILING names fails.
 */
const PRETENCE = `
npx() { echo "npx $*"; }
sleep() { changing=; }
changing=
aws() {
  if [ "$2" = "\${FAILING:-}" ]; then return 254; fi
  case $2 in
    list-tables) sed "s/.*'\\(.*\\)'.*/\\1-1ABC/" <<< "$6" ;;
    wait) changing= ;;
    describe-table) ;;
    update-table | update-continuous-backups | update-time-to-live)
      if [ "$4" = "$changing" ]; then return 254; fi
      changing=$4
      echo "aws $*"
      ;;
    scan) echo '{"Items":[{"queue":{"S":"Database \\"Events\\""}},{"queue":{"S":"orders"}}]}' ;;
    *) echo "aws $*" ;;
  esac
}
jq() { node -e 'for (const item of JSON.parse(fs.readFileSync(0)).Items) console.log(JSON.stringify(item))'; }
`;

/** Runs a script of the document, which has to end by itself where something fails. */
const run = (text: string, env: NodeJS.ProcessEnv = {}) =>
  spawnSync('bash', ['-c', PRETENCE + text], { encoding: 'utf8', timeout: 10_000, env: { ...process.env, ...env } });

/** What the commands of the document call, in their order. */
const calls = run(script).stdout.trim().split('\n');

const option = (call: string, name: string): string | undefined => new RegExp(`--${name} (\\S+)`).exec(call)?.[1];
const of = (operation: string) => calls.filter((call) => call.startsWith(`aws dynamodb ${operation} `));

/** The tables of the stack that is deployed at the end, by their names. */
const flags = (calls.at(-1) ?? '').matchAll(/-c (\w+)=(\S+)/g);
const context = Object.fromEntries(Array.from(flags, ([, name = '', value = '']) => [name, value]));
const tables = new Map(
  Object.values(resources(deployed(context), 'AWS::DynamoDB::Table')).map((table: Resource) => [
    String(table.Properties.TableName),
    table,
  ]),
);
const restored = of('restore-table-to-point-in-time').map((call) => option(call, 'target-table-name') ?? '');

test('The commands restore all tables to one moment, but those of connections and timers', () => {
  const left = [...tables.keys()].filter((name) => !restored.includes(name));
  expect(left.sort()).toEqual(['restored-Connections', 'restored-Timers']);
  expect(restored.filter((name) => !tables.has(name))).toEqual([]);
  const moments = of('restore-table-to-point-in-time').map((call) => option(call, 'restore-date-time'));
  expect(new Set(moments).size).toBe(1);
  const sources = of('restore-table-to-point-in-time').map((call) => option(call, 'source-table-name'));
  expect(sources).toEqual(restored.map((name) => name.replace('restored-', 'Holdfast-QueueTables').concat('-1ABC')));
});

test.each(restored)('%s is given what the template says, before the stack takes it over', (name) => {
  const concerning = (operation: string) => of(operation).find((call) => option(call, 'table-name') === name) ?? '';
  const { Properties = {}, DeletionPolicy }: Partial<Resource> = tables.get(name) ?? {};
  const { StreamViewType } = { StreamViewType: undefined, ...(Properties.StreamSpecification ?? {}) };
  const update = concerning('update-table');
  expect(option(update, 'stream-specification')).toBe(
    StreamViewType && `StreamEnabled=true,StreamViewType=${StreamViewType}`,
  );
  expect(update.includes('--deletion-protection-enabled')).toBe(Properties.DeletionProtectionEnabled);
  const { AttributeName } = { AttributeName: undefined, ...(Properties.TimeToLiveSpecification ?? {}) };
  expect(option(concerning('update-time-to-live'), 'time-to-live-specification')).toBe(
    AttributeName && `Enabled=true,AttributeName=${AttributeName}`,
  );
  expect(concerning('update-continuous-backups')).toContain('PointInTimeRecoveryEnabled=true');
  // CloudFormation imports nothing else.
  expect(DeletionPolicy).toBe('Retain');
  expect(calls.at(-1)).toContain('--import-existing-resources');
});

test('Every queue gets other numbers, before the stack takes it over', () => {
  const keys = of('update-item').map((call) => JSON.parse(/--key (.*) --update-expression/.exec(call)?.[1] ?? ''));
  expect(keys).toEqual([{ queue: { S: 'Database "Events"' } }, { queue: { S: 'orders' } }]);
  for (const call of of('update-item')) expect(option(call, 'table-name')).toBe('restored-Queues');
});

test('The commands end without an error', () => {
  expect(run(script).status).toBe(0);
});

test.each([
  'list-tables',
  'restore-table-to-point-in-time',
  'update-table',
  'update-continuous-backups',
  'update-time-to-live',
  'scan',
  'update-item',
])('They end, and deploy nothing, when %s fails', (operation) => {
  const { status, stdout } = run(script, { FAILING: operation });
  expect(status).not.toBe(0);
  expect(stdout).not.toContain('cdk deploy');
});

test('They end when the tables can be neither waited nor asked for', () => {
  const { status, stdout } = run(script.replaceAll('describe-table', 'wait'), { FAILING: 'wait' });
  expect(status).not.toBe(0);
  expect(stdout).not.toContain('update-table');
});

test('What is to be kept in cdk.json deploys the same stack', () => {
  const [, kept = ''] = /In `cdk\.json`[\s\S]*?```json\n([\s\S]*?)```/.exec(document) ?? [];
  expect(JSON.parse(kept)).toEqual({ context });
});

test('The policy of the stack keeps its tables from being replaced, and nothing else from being updated', () => {
  const [, command = ''] = /a stack policy keeps[\s\S]*?```sh\n([\s\S]*?)```/.exec(document) ?? [];
  const said = run(command).stdout;
  expect(option(said, 'stack-name')).toBe(context.stack);
  const { Statement } = JSON.parse(said.slice(said.indexOf('{')));
  const everybody = { Principal: '*', Resource: '*' };
  expect(Statement).toEqual([
    { Effect: 'Allow', Action: 'Update:*', ...everybody },
    {
      Effect: 'Deny',
      Action: ['Update:Replace', 'Update:Delete'],
      ...everybody,
      Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table'] } },
    },
  ]);
});
