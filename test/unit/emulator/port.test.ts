import { portFrom } from '../../emulator/port';
import { EmulatorError } from '../../emulator/run';

test.each([undefined, ''])('The port of the emulator is 4566 where EMULATOR_PORT is %j', (text) => {
  expect(portFrom(text)).toBe(4566);
});

test('The port of the emulator is what EMULATOR_PORT says', () => {
  expect([portFrom('1'), portFrom('65535')]).toEqual([1, 65_535]);
});

test.each(['0', '65536', '-1', '80.5', '0x10', '1e3', ' ', 'abc', '99999999999999999999'])(
  'The port of the emulator is not %j, which is said in one line',
  (text) => {
    expect(() => portFrom(text)).toThrow(EmulatorError);
    expect(() => portFrom(text)).toThrow(/^EMULATOR_PORT must be a number from 1 to 65535, not ".*"\.$/);
  },
);
