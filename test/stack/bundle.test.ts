import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HoldfastStack } from '../../lib';
import { newApp } from './synthesize';

/** Does what nothing else here does, for it takes seconds: bundles the functions as `cdk deploy` does. */
describe('a bundle', () => {
  const app = newApp({ auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' });
  let folders: string[];

  beforeAll(() => {
    new HoldfastStack(app, 'Holdfast');
    const { directory } = app.synth();
    folders = readdirSync(directory)
      .filter((name) => name.startsWith('asset.'))
      .map((name) => join(directory, name));
  }, 120_000);

  test('is a module of its own with its source map', () => {
    expect(folders.length).toBeGreaterThan(0);
    for (const folder of folders) {
      expect(existsSync(join(folder, 'index.mjs'))).toBe(true);
      expect(existsSync(join(folder, 'index.mjs.map'))).toBe(true);
    }
  });

  test('is small: what is loaded at a cold start, and what is fetched for it', () => {
    for (const folder of folders) {
      const module = readFileSync(join(folder, 'index.mjs'));
      expect(module.length).toBeLessThanOrEqual(420_000);
      expect(gzipSync(module).length).toBeLessThanOrEqual(140_000);
    }
  });

  test('has what checks tokens if it is of a function that does, and no other', () => {
    const checking = folders.filter((folder) => readFileSync(join(folder, 'index.mjs'), 'utf8').includes('JWTExpired'));
    expect(checking).toHaveLength(2);
  });

  test('needs nothing that is not in it', () => {
    for (const folder of folders) {
      const program = `const { handler } = await import('./index.mjs'); console.log(typeof handler)`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, ...someEnvironment },
      });
      expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' });
    }
  });
});

/** Nothing is called, but what reads its environment at the start must find something there. */
const someEnvironment = {
  AWS_REGION: 'us-east-1',
  ...Object.fromEntries(
    ['QUEUES', 'MESSAGES', 'SUBSCRIPTIONS', 'CONNECTIONS', 'CLIENTS', 'DEAD_LETTERS', 'TIMERS', 'KEYS'].map((table) => [
      `HOLDFAST_${table}_TABLE`,
      table,
    ]),
  ),
  HOLDFAST_AUTH: 'jwt',
  HOLDFAST_WAKE_UPS_URL: 'https://sqs.us-east-1.amazonaws.com/1/wake-ups',
  HOLDFAST_CALLBACK_URL: 'https://api.execute-api.us-east-1.amazonaws.com/v1',
  HOLDFAST_MESSAGE_RETENTION: '604800',
  HOLDFAST_DEAD_LETTER_RETENTION: '1209600',
  HOLDFAST_SUBSCRIPTION_EXPIRY: '2678400',
  HOLDFAST_SHARD_SIZE: '250',
};
