import { startExample } from './example';

it('has a worker die half-way: the next books the rest, none twice, and the one that cannot be is set aside', async () => {
  const { code, lines } = await startExample('orders').ended;
  expect(code).toBe(0);
  const death = lines.findIndex((line) => line.startsWith('The worker is dead.'));
  const [before, after] = [lines.slice(0, death), lines.slice(death)];
  expect(before).toContain('order 1: 2 × lamp');
  expect(before).not.toContain('order 20: 3 × lamp');
  expect(after).toContainEqual(expect.stringMatching(/^order \d+: .*, attempt 2$/));
  expect(after).toContain('order 13: there is nothing in it, so it is set aside');
  expect(lines.slice(-2)).toEqual([
    '19 orders are booked, each once.',
    'Set aside: {"id":13,"product":"lamp","pieces":0}, because an order must be for one piece or more.',
  ]);
});
