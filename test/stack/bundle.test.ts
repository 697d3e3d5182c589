import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { TABLE_VARIABLES } from '../../adapters/dynamodb/tables';
import { type Bundle, bundlesOf } from '../../bench/lambda/bundles';
import { HoldfastStack } from '../../lib';
import { testTables } from '../contract/dynamodb';
import { newApp } from './synthesize';

const run = promisify(execFile);

/** Does what nothing else here does, for it takes seconds: has the bundles where `cdk deploy` takes them from. */
describe('a bundle', () => {
  const app = newApp({ auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' });
  let folders: string[];
  let bundles: Bundle[];

  beforeAll(() => {
    const stack = new HoldfastStack(app, 'Holdfast');
    const { directory } = app.synth();
    bundles = bundlesOf(stack, directory);
    folders = readdirSync(directory)
      .filter((name) => name.startsWith('asset.'))
      .map((name) => join(directory, name));
  }, 120_000);

  test('is a module of its own, whose source map stays here', () => {
    expect(folders.length).toBeGreaterThan(0);
    for (const { name } of bundles)
      expect(existsSync(join(__dirname, '../../dist/lambdas', name, 'index.mjs.map'))).toBe(true);
    for (const folder of folders) {
      expect(readdirSync(folder)).toEqual(['index.mjs']);
    }
  });

  test('is small: what is loaded at a cold start, and what is fetched for it', () => {
    for (const folder of folders) {
      const module = readFileSync(join(folder, 'index.mjs'));
      expect(module.length).toBeLessThanOrEqual(300_000);
      expect(gzipSync(module).length).toBeLessThanOrEqual(100_000);
    }
  });

  test('has what checks tokens if it is of a function that does, and no other', () => {
    const checking = folders.filter((folder) => readFileSync(join(folder, 'index.mjs'), 'utf8').includes('JWTExpired'));
    expect(checking).toHaveLength(2);
  });

  test('of a stateless answer has nothing of the SDK', () => {
    const smallest = Math.min(...folders.map((folder) => readFileSync(join(folder, 'index.mjs')).length));
    expect(smallest).toBeLessThanOrEqual(70_000);
  });

  test('has all that its function needs to ask the tables', async () => {
    const { tables, endpoint, close } = await testTables();
    const names = Object.fromEntries(
      Object.entries(TABLE_VARIABLES).map(([name, variable]) => [variable, tables[name as keyof typeof tables]]),
    );
    const env = {
      ...process.env,
      ...someEnvironment,
      ...names,
      HOLDFAST_AUTH: 'none',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    };
    const ask = async (name: string, event: object) => {
      const program = `const { handler } = await import('./index.mjs'); const { body } = await handler(${JSON.stringify(event)}); console.error(body); process.exit()`;
      const { stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: dirname(bundles.find((bundle) => bundle.name === name)?.file ?? ''),
        env,
      });
      return stderr.trim();
    };
    const connection = { connectionId: 'wire=' };
    await ask('connect', {
      requestContext: { ...connection, eventType: 'CONNECT' },
      queryStringParameters: { clientId: 'shop' },
    });
    const frame = (action: string, more: object) => ({
      requestContext: { ...connection, eventType: 'MESSAGE' },
      body: JSON.stringify({ action, queue: 'orders', ...more }),
    });
    const published = { type: 'published', queue: 'orders', seq: 1, id: '1', duplicate: false };
    const message = { event: 'add', id: '1' };
    expect(JSON.parse(await ask('publish', frame('publish', message)))).toEqual(published);
    // Found by a condition that fails, which the SDK has to tell from other errors.
    expect(JSON.parse(await ask('publish', frame('publish', message)))).toEqual({ ...published, duplicate: true });
    expect(JSON.parse(await ask('ack', frame('ack', { upTo: 1 })))).toMatchObject({ code: 'not_found' });
    await close();
  }, 60_000);

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
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
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
