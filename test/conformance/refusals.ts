import type { Wire } from './wire';

/** A request and the field at fault; a field that ends in `*` may go deeper. */
export type Fault = readonly [request: Record<string, unknown>, field: string];

const agrees = (field: unknown, expected: string): boolean => {
  if (!expected.endsWith('*')) return field === expected;
  const stem = expected.slice(0, -1);
  return typeof field === 'string' && (field === stem || field.startsWith(`${stem}.`));
};

/** Expects each of these requests to be refused as `invalid`, with its ref, the field and a sentence. */
export async function expectInvalid(wire: Wire, faults: readonly Fault[]): Promise<void> {
  const surprises = [];
  for (const [request, field] of faults) {
    const reply = await wire.answer(request);
    const asExpected =
      reply.type === 'error' &&
      reply.code === 'invalid' &&
      reply.retryable === false &&
      reply.message.length > 0 &&
      agrees(reply.field, field);
    if (!asExpected) surprises.push({ request, expected: field, reply });
  }
  expect(surprises).toEqual([]);
}
