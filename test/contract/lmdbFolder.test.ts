import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdb } from '../../adapters/lmdb';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-folder-'));
});

afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;

(process.platform === 'win32' ? test.skip : test)(
  'Messages are for their owner to read, also in a folder that is for others, and was used before',
  async () => {
    await chmod(folder, 0o755);
    await (await openLmdb(folder)).close();
    expect([await modeOf('store'), await modeOf('journal')]).toEqual([0o700, 0o700]);
    for (const name of ['store', 'journal']) await chmod(join(folder, name), 0o755);
    await (await openLmdb(folder)).close();
    expect([await modeOf('store'), await modeOf('journal')]).toEqual([0o700, 0o700]);
  },
);

test('What it is made in is not touched', async () => {
  await mkdir(join(folder, 'above'));
  await chmod(join(folder, 'above'), 0o755);
  await (await openLmdb(join(folder, 'above', 'data'))).close();
  expect([await modeOf('above'), await modeOf('above/data')]).toEqual([0o755, 0o700]);
});
