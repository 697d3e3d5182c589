import { decodeTime, isValid } from 'ulid';
import { newId } from '../../../client/id';

it('makes ids that sort by their time and, within a millisecond, in the order in which they were made', () => {
  const now = Date.parse('2026-11-23T09:30:00.123Z');
  const ids = Array.from({ length: 1_000 }, () => newId(now));
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.every((id) => isValid(id) && decodeTime(id) === now)).toBe(true);
  expect([...ids, newId(now + 1)].every((id, index, all) => index === 0 || id > (all[index - 1] ?? ''))).toBe(true);
});
