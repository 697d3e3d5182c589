import fc from 'fast-check';
import { visible, visibleJson } from '../../cli/visible';

test.each([
  ['ESC', '\u001b[2J', '\\u001b[2J'],
  ['BEL and DEL', '\u0007\u007f', '\\u0007\\u007f'],
  ['the one-byte CSI and OSC', '\u009b31m\u009d0;title\u009c', '\\u009b31m\\u009d0;title\\u009c'],
  ['line ends and tabs', 'a\r\nb\tc\u2028', 'a\\r\\nb\\tc\\u2028'],
  ['marks that turn the direction of writing', 'abc\u202etxt.exe\u2066', 'abc\\u202etxt.exe\\u2066'],
  ['a lone surrogate', '\ud800', '\\ud800'],
])('%s is shown and not obeyed', (_, text, shown) => expect(visible(text)).toBe(shown));

test('What can be seen stays as it is: letters, signs, emoji', () => {
  expect(visible('Bestellungen – 注文 👩‍💻 "quoted" \\')).toBe('Bestellungen – 注文 👩‍💻 "quoted" \\');
});

test('Whatever the text, nothing of it reaches the terminal as a control character', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cs}]/u.test(visible(text))));
});

test('JSON means the same afterwards', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const both = JSON.parse(JSON.stringify({ value, text }));
      expect(JSON.parse(visibleJson(both))).toEqual(both);
    }),
  );
});
