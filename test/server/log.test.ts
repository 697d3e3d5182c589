import { existsSync } from 'node:fs';
import { aFolder, aServerCalled, connectTo } from './own';

/** Takes nothing, as a full disk. */
const FULL = '/dev/full';

(existsSync(FULL) ? test : test.skip)('A log that cannot be written costs nobody anything', async () => {
  const server = await aServerCalled({ args: ['--port', '0', '--data', aFolder()], log: FULL });
  const bystander = await connectTo(server, 'billing');
  for (let n = 0; n < 3; n++) {
    const faulty = await connectTo(server, 'vandal');
    faulty.send('x'.repeat(40_000));
    expect(await faulty.closed).toBe(1009);
  }
  expect(await bystander.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
  expect(await server.stop()).toBe(0);
});
