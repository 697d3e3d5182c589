import fc from 'fast-check';
import { byteLength, fromBase64Url, toBase64Url } from '../../../broker/model/utf8';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());

describe('the bytes of a text', () => {
  it('are as many as it takes in UTF-8', () => {
    fc.assert(fc.property(text, (any) => expect(byteLength(any)).toBe(Buffer.byteLength(any))));
  });

  it.each(['x', 'é', '你', '😀', '\ud83d'])('are counted of long texts of %j too', (one) => {
    for (const length of [21_845, 32_768, 65_535, 65_536, 65_537, 200_000])
      expect(byteLength(one.repeat(length))).toBe(Buffer.byteLength(one.repeat(length)));
  });
});

describe('base64url', () => {
  it('is what others make of a text, and is turned back', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(toBase64Url(any)).toBe(Buffer.from(any).toString('base64url'));
        expect(fromBase64Url(toBase64Url(any))).toBe(any);
      }),
    );
  });

  it('is undefined of what it cannot be', () => {
    expect(fromBase64Url('ä')).toBeUndefined();
    expect(fromBase64Url('x')).toBeUndefined();
  });
});
