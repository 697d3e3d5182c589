import { hinting } from '../../emulator/install';
import { EmulatorError, run } from '../../emulator/run';

beforeEach(() => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => jest.restoreAllMocks());

test('What Python said when it failed is told beside the hint at what may be missing', async () => {
  const full = "console.error('OSError: [Errno 28] No space left on device'); process.exit(1)";
  const failed = run('Creating a Python environment', process.execPath, ['-e', full]);
  const told = failed.catch(hinting('Install python3-venv.'));
  await expect(told).rejects.toThrow(EmulatorError);
  await expect(told).rejects.toThrow(/^Install python3-venv\.\n.*failed \(exit code 1\)\nOSError: .*No space left/);
});
