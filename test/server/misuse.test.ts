import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import xxhash from 'xxhash-wasm';
import { runToEnd } from './holdfast';
import { aJournalLeftBehind, damage, newestSegment } from './journal';
import { aFolder, aServer, connectTo } from './own';
import { aTakenPort } from './ports';

/** Expects a start to fail with one line, which says what a person needs to know, and nothing else. */
async function expectRefusal(args: readonly string[], line: RegExp, env: Record<string, string> = {}): Promise<void> {
  const { code, stdout, stderr } = await runToEnd({ args, env, cwd: aFolder() });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}

const refusesData = (data: string, line: RegExp) => expectRefusal(['--port', '0', '--data', data], line);

test.each([
  ['an unknown flag', ['--quiet'], /unknown option '--quiet'/],
  ['a flag without its value', ['--port'], /argument missing/],
  ['a port that is no number', ['--port', 'abc'], /'abc' is invalid.* from 0 .* to 65535/],
  ['a port below 0', ['--port', '-1'], /'-1' is invalid|argument missing/],
  ['a port above 65535', ['--port', '70000'], /'70000' is invalid.* to 65535/],
  ['a host of no letters', ['--host', ''], /--host .* must not be empty/],
  ['a duration without a unit', ['--retention', '7'], /--retention .* '7' is invalid.* such as 36h or 7d/],
  ['a duration that is too short', ['--dead-letter-retention', '5m'], /'5m' is invalid.* from 1h to 365d/],
  ['an expiry that is too short', ['--subscription-expiry', '1h'], /'1h' is invalid.* at least 1d, or never/],
  ['a quota there is not', ['--quotas', 'client.fun=1'], /"client.fun=1" must be NAME=NUMBER.*client.queues/],
  ['a quota that is no number', ['--quotas', 'client.queues=many'], /client.queues must be a whole number above 0/],
  ['more in flight than a window holds', ['--quotas', 'subscription.inFlight=2000'], /must be .* from 1 to 1000/],
  ['an origin that is none', ['--origins', 'app.example.com'], /'app.example.com' is invalid.*https:\/\/app/],
  ['a log level there is not', ['--log-level', 'loud'], /'loud' is invalid.*warn/],
])('It refuses %s', (_, args, line) => expectRefusal(args, line));

test('It refuses what is wrong in the environment, and names the variable', () =>
  expectRefusal([], /'abc' from env 'HOLDFAST_PORT' is invalid/, { HOLDFAST_PORT: 'abc' }));

test('It refuses a port that is in use, says which, and leaves the data folder to others', async () => {
  const [port, data] = [await aTakenPort(), aFolder()];
  await expectRefusal(['--port', String(port), '--data', data], new RegExp(`port ${port} is in use.*--port`));
  await connectTo(await aServer(data));
});

test.each(['203.0.113.1', 'no-such-host.invalid'])('It refuses to listen on %s', (host) =>
  expectRefusal(
    ['--port', '0', '--host', host, '--insecure', '--data', aFolder()],
    new RegExp(`${host} is not an address.*--host`),
  ),
);

test('It refuses a data folder that is a file', async () => {
  const file = join(aFolder(), 'file');
  writeFileSync(file, 'mine');
  await refusesData(file, /file is not a folder.*--data/);
  await refusesData(join(file, 'below'), /below is not a folder.*--data/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

test('It refuses a folder that holds other files, and leaves it as it was', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  await refusesData(folder, /is not a Holdfast data folder, and holds other files.*--data/);
  expect(readdirSync(folder)).toEqual(['thesis.txt']);
});

test.each(['/proc/holdfast', '/sys/holdfast'].filter((path) => existsSync(join(path, '..'))))(
  'It refuses a folder that cannot be written: %s',
  (path) => refusesData(path, /cannot be written \(E[A-Z]+\).*--data/),
);

test('It refuses a folder of a later version, and says that a newer server is needed', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'holdfast.json'), '{"format":1000}');
  await refusesData(folder, /later version \(format 1000, this server knows \d+\).*newer server/);
  expect(readFileSync(join(folder, 'holdfast.json'), 'utf8')).toBe('{"format":1000}');
});

test('It refuses a folder of an earlier version', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'holdfast.json'), '{"format":1}');
  await refusesData(folder, /earlier version \(format 1, this server knows \d+\).*--data/);
});

test.each(['', '[]', '{"format":"1"}'])('It refuses a folder whose holdfast.json is %j', async (text) => {
  const folder = aFolder();
  writeFileSync(join(folder, 'holdfast.json'), text);
  await refusesData(folder, /holdfast\.json cannot be read \((Unexpected end|it tells no format).*\).*damaged/);
});

describe('What may not be read or written is refused as that, and not as damaged', () => {
  /** Root may do everything. */
  const uid = process.getuid?.() === 0 ? 65_534 : undefined;

  /** The data folder of a server that has ended, which is of the user that is to use it. */
  async function aFolderLeftBehind(): Promise<string> {
    const data = aFolder();
    await (await aServer(data)).stop();
    if (uid === undefined) return data;
    const paths = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((path) => join(data, path));
    for (const path of [data, ...paths]) chownSync(path, uid, uid);
    return data;
  }

  test.each([
    ['holdfast.json', '000'],
    ['store/data.mdb', '000'],
    ['store/data.mdb', '400'],
    ['store/lock.mdb', '400'],
    ['journal', '000'],
    ['journal', '500'],
  ])('%s with the mode %s', async (name, mode) => {
    const data = await aFolderLeftBehind();
    chmodSync(join(data, name), Number.parseInt(mode, 8));
    const { code, stderr } = await runToEnd({ args: ['--port', '0', '--data', data], uid, cwd: data });
    expect(stderr).toMatch(
      new RegExp(`^Holdfast cannot start: .*${name}.* may not be read or written \\(EACCES\\).*\n$`),
    );
    expect(stderr).not.toMatch(/damaged|port/);
    expect(code).toBe(2);
  });
});

test('It refuses a journal that is damaged elsewhere than at its end, and keeps it', async () => {
  const folder = await aJournalLeftBehind(20);
  const segment = newestSegment(folder);
  damage(segment);
  writeFileSync(join(folder, 'journal', '000000009999.journal'), '');
  const before = readFileSync(segment);
  await refusesData(folder, /000000\d+\.journal is damaged: restore the data folder/);
  expect(readFileSync(segment)).toEqual(before);
});

test('It refuses a store that is damaged', async () => {
  const folder = aFolder();
  await (await aServer(folder)).stop();
  writeFileSync(join(folder, 'store', 'data.mdb'), Buffer.alloc(65_536, 'x'));
  await refusesData(folder, /store.* cannot be opened: it is damaged/);
});

test.each([
  ['behind its header', (file: string) => truncateSync(file, 8_192), /is damaged \(data\.mdb is cut off: it has 8192/],
  [
    'by a page',
    (file: string) => truncateSync(file, statSync(file).size - 4_096),
    /is damaged \(data\.mdb is cut off: .*restore the data folder/,
  ],
  ['to nothing', (file: string) => truncateSync(file, 0), /is damaged \(data\.mdb is cut off: it has 0/],
  ['and all of it', (file: string) => rmSync(file), /is damaged \(data\.mdb is missing\)/],
])('It refuses a store of which the end is missing, %s', async (_, cut, line) => {
  const folder = aFolder();
  const server = await aServer(folder);
  const wire = await connectTo(server);
  for (let n = 0; n < 20; n++) await wire.publish('orders', 'add', 'x'.repeat(20_000));
  await server.stop();
  cut(join(folder, 'store', 'data.mdb'));
  await refusesData(folder, line);
});

test.each([
  ['a table', '["prophecies",["orders",1],2]\n{}', /speaks of prophecies/],
  ['a form of change', '[{"future":true},2]\n', /is of another version/],
  ['a form of group', '[["messages",["orders",1],"{}"]]', /is of another version/],
])('It refuses a journal with %s that it does not know, and keeps it', async (_, changes, line) => {
  const folder = aFolder();
  await (await aServer(folder)).stop();
  const body = Buffer.from(changes);
  const group = Buffer.concat([Buffer.alloc(24), body]);
  group.writeUInt32LE(body.length);
  group.writeUIntLE(7, 12, 6);
  group.writeUIntLE(1, 18, 6);
  group.writeBigUInt64LE((await xxhash()).h64Raw(group.subarray(12)), 4);
  const segment = join(folder, 'journal', '000000000007.journal');
  writeFileSync(segment, group);
  await refusesData(folder, line);
  expect(existsSync(segment)).toBe(true);
});

test('A second server on a folder is refused, and told who has it; the first one serves on', async () => {
  const folder = aFolder();
  const first = await aServer(folder);
  await refusesData(folder, new RegExp(`is in use by another server \\(process ${first.process.pid}\\): stop it, or`));
  const wire = await connectTo(first);
  await wire.publish('orders', 'add');
  await first.stop('SIGKILL');
  await connectTo(await aServer(folder));
});

test('A start that was cut off at its very beginning is no obstacle to the next', async () => {
  const folder = aFolder();
  appendFileSync(join(folder, 'lock'), '12345\n');
  await connectTo(await aServer(folder));
});
