import * as fc from 'fast-check';
import { admitsOrigin, isOriginPattern } from '../../../broker/protocol/origin';

it.each([
  [undefined, [], true],
  ['https://a.example', [], false],
  ['https://a.example', ['https://a.example'], true],
  ['HTTPS://A.example', ['https://a.EXAMPLE'], true],
  ['https://a.example', ['https://b.example', '*'], true],
  ['https://a.example.evil', ['https://a.example'], false],
  ['https://xa.example', ['https://a.example'], false],
  ['null', ['loopback', 'null'], false],
  ['null', ['*'], true],
  ['', ['loopback'], false],
  ['localhost', ['loopback'], false],
  ['http://localhost', ['loopback'], true],
  ['http://x.localhost:1', ['loopback'], true],
  ['http://127.9.9.9:1', ['loopback'], true],
  ['http://[::1]:1', ['loopback'], true],
  ['http://0.0.0.0', ['loopback'], false],
  ['http://localhost@evil.example', ['loopback'], false],
  ['http://evil.example/localhost', ['loopback'], false],
  ['http://localhost', ['https://a.example'], false],
])('a page of %j, where %j may connect: %j', (origin, allowed, expected) => {
  expect(admitsOrigin(origin, allowed)).toBe(expected);
});

it('lets in no page that is not listed, whatever it calls itself', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })), (origin) => {
      fc.pre(!/localhost|127\./.test(origin));
      expect(admitsOrigin(origin, ['loopback', 'https://app.example.com'])).toBe(false);
    }),
  );
});

it.each(['*', 'loopback', 'https://a.example', 'http://localhost:3000', 'chrome-extension://abc'])(
  '%s can be listed',
  (text) => {
    expect(isOriginPattern(text)).toBe(true);
  },
);

it.each(['', 'null', 'a.example', 'https://a.example/', 'https://', 'https://a b', 'https://*.example/x'])(
  '%j cannot be listed',
  (text) => {
    expect(isOriginPattern(text)).toBe(false);
  },
);
