import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTables } from '../contract/dynamodb';
import { enter, refusalOf } from '../server/credentials';
import { aServerCalled } from '../server/own';
import { run } from './program';

jest.setTimeout(30_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
  folders.push(folder);
  return folder;
}

const keys = (data: string, ...args: string[]) => run(['keys', ...args, '--data', data]);

test('A key that is made is shown once, lets its client into a server that runs, and lets nobody in when it is revoked', async () => {
  const data = aFolder();
  const { url } = await aServerCalled({ args: ['--port', '0', '--data', data, '--auth', 'keys'] });
  const made = await keys(data, 'create', 'billing', '--publish', 'orders/*', '--publish', 'log/*');
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^hf_[0-9a-f]{20}_\S{43}\n$/);
  expect(made.stderr).toMatch(/shown this once/);
  const text = made.stdout.trim();
  const wire = await enter(url, { bearer: text });
  expect(await wire.publish('log', 'line')).toMatchObject({ seq: 1 });

  const listed = await keys(data, 'list', '--json');
  const [key] = listed.stdout.trimEnd().split('\n');
  expect(JSON.parse(key ?? '')).toMatchObject({
    client: 'billing',
    grants: { publish: ['orders/*', 'log/*'], subscribe: [], admin: [] },
  });
  expect(listed.stdout).not.toContain(text.slice(24));

  const revoked = await keys(data, 'revoke', text);
  expect(revoked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Revoked /) });
  expect(await refusalOf(url, { bearer: text })).toMatchObject({ status: 401 });
  expect(await wire.next('goodbye')).toMatchObject({ code: 4001 });
  expect((await keys(data, 'list')).stdout.trimEnd().split('\n')).toHaveLength(1);
});

test('What is kept of a key is not the key, and nobody else may read it', async () => {
  const data = aFolder();
  const { stdout } = await keys(data, 'create', 'worker-*', '--subscribe', '*', '--expires', '90d', '--json');
  const { key, token, expiresAt } = JSON.parse(stdout) as { key: string; token: string; expiresAt: string };
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 89 * 86_400_000);
  const file = join(data, 'keys', `${key}.json`);
  expect(readFileSync(file, 'utf8')).not.toContain(token.slice(24));
  expect(statSync(file).mode & 0o077).toBe(0);
});

test.each([
  [['create', 'billing'], /grants nothing/],
  [['create', 'a b', '--publish', '*'], /the client must be 1 to 128/],
  [['create', 'anon-1', '--publish', '*'], /anon-/],
  [['create', 'billing', '--publish', 'orders'], /QUEUE\/EVENT/],
  [['create', 'billing', '--publish', '*', '--expires', '7'], /such as 36h or 7d/],
  [['create', 'billing', '--publish', '*', '--expires', '101y'], /such as 36h or 7d, at most 100y/],
  [['create', 'billing', '--publish', '*', '--expires', '280000y'], /such as 36h or 7d, at most 100y/],
  [['list', '--region', 'eu-central-1'], /--table/],
])('It refuses %j, says why, and makes nothing', async (args, expected) => {
  const data = aFolder();
  const { code, stderr } = await keys(data, ...args);
  expect(stderr).toMatch(expected);
  expect(code).toBe(2);
  expect(readdirSync(data)).toEqual([]);
});

test('A key lasts for up to 100 years', async () => {
  const data = aFolder();
  expect((await keys(data, 'create', 'billing', '--publish', '*', '--expires', '100y')).code).toBe(0);
  const { code, stdout } = await keys(data, 'list', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ expiresAt: expect.stringMatching(/^\d{4}-/) });
});

test('A key whose file is damaged is named beside the list of the others, lets nobody in, and can be revoked', async () => {
  const data = aFolder();
  const { url } = await aServerCalled({ args: ['--port', '0', '--data', data, '--auth', 'keys'] });
  const [good, bad] = await Promise.all(
    ['billing', 'shop'].map(async (client) => (await keys(data, 'create', client, '--publish', '*')).stdout.trim()),
  );
  const id = bad?.split('_')[1] ?? '';
  const file = join(data, 'keys', `${id}.json`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"createdAt": "/, '"createdAt": "+011026-'));
  const { code, stdout, stderr } = await keys(data, 'list', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: `the file of the key ${id} is damaged\n` });
  expect(JSON.parse(stdout)).toMatchObject({ client: 'billing' });
  expect(await refusalOf(url, { bearer: bad ?? '' })).toMatchObject({ status: 401 });
  await enter(url, { bearer: good ?? '' });
  expect((await keys(data, 'revoke', id)).code).toBe(0);
});

test('It makes no keys in a folder that holds something else', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  const { code, stderr } = await keys(folder, 'create', 'billing', '--publish', '*');
  expect(stderr).toMatch(/not a Holdfast data folder/);
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual(['thesis.txt']);
});

test('It says so when there is no such key', async () => {
  const { code, stderr } = await keys(aFolder(), 'revoke', '0b5e4f6a7c8d9e0f1a2b');
  expect(stderr).toMatch(/there is no key 0b5e4f6a7c8d9e0f1a2b/);
  expect(code).toBe(1);
});

test('The keys of a deployment are in its table', async () => {
  const { tables, endpoint, close } = await testTables();
  try {
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      NODE_NO_WARNINGS: '1',
    };
    const there = (...args: string[]) =>
      run(['keys', ...args, '--table', tables.keys, '--region', 'us-east-1'], { env });
    const { stdout, code } = await there('create', 'billing', '--subscribe', 'orders/*');
    expect(code).toBe(0);
    const listed = await there('list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ client: 'billing', grants: { subscribe: ['orders/*'] } });
    expect((await there('revoke', stdout.trim())).code).toBe(0);
    expect((await there('list', '--json')).stdout).toBe('');
  } finally {
    await close();
  }
});
