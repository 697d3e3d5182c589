import fc from 'fast-check';
import { byteLength, encode, fromBase64Url, toBase64Url } from '../../../broker/model/utf8';

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

describe('texts in UTF-8', () => {
  const decoded = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

  // Read only once all were written: short ones share buffers.
  it('keep what was written, whatever is written after them', () => {
    const texts = Array.from({ length: 2_000 }, (_, index) => `${index} ${'xé你😀'.repeat((index * 7) % 500)}`);
    const encoded = texts.map(encode);
    expect(encoded.map(decoded)).toEqual(texts);
  });

  it('are what others make of them', () => {
    fc.assert(fc.property(text, (any) => expect(decoded(encode(any))).toBe(Buffer.from(any).toString())));
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
