import * as fc from 'fast-check';
import { clientOfSubject, clientPattern, speaksFor } from '../../../broker/access';
import type { ClientId } from '../../../broker/model/names';
import { clientId } from '../../../broker/protocol/fields';

describe('the client of a subject', () => {
  it.each([
    ['billing', 'billing'],
    ['3d6f0a1e-5c1b-4f0e-9a53-0c1f2b7d9e10', '3d6f0a1e-5c1b-4f0e-9a53-0c1f2b7d9e10'],
    ['auth0|42', 'auth0:7C42'],
    ['Ada Lovelace', 'Ada:20Lovelace'],
    ['büro', 'b:C3:BCro'],
    ['urn:example:42', 'urn:example:3A42'],
    ['urn:example:ab', 'urn:example:ab'],
  ])('%s is %s', (subject, client) => {
    expect(clientOfSubject(subject)).toBe(client);
  });

  it.each([
    ['', /1 to 128 characters/],
    ['x'.repeat(129), /1 to 128 characters/],
    ['|'.repeat(43), /1 to 128 characters/],
    ['anon-1', /must not begin with anon-/],
    ['\ud800', /well-formed/],
  ])('%j cannot be one, and it is said why', (subject, expected) => {
    expect(clientOfSubject(subject)).toEqual({ error: expect.stringMatching(expected) });
  });

  it('is a client id, and another one for another subject', () => {
    const subject = fc.string({
      unit: fc.constantFrom(':', '4', '1', 'A', 'a', '|', '😀', '*'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(subject, subject, (one, other) => {
        const [a, b] = [clientOfSubject(one), clientOfSubject(other)];
        expect(clientId.safeParse(a).success).toBe(true);
        expect(a === b).toBe(one === other);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a credential', () => {
  const pattern = (text: string) => clientPattern.parse(text);
  const client = (text: string) => text as ClientId;

  it('of one client speaks for it and nobody else', () => {
    expect(speaksFor(pattern('billing'), client('billing'))).toBe(true);
    for (const other of ['billing2', 'Billing', 'b']) expect(speaksFor(pattern('billing'), client(other))).toBe(false);
  });

  it('with an open end speaks for all that begin so', () => {
    expect(speaksFor(pattern('worker-*'), client('worker-7'))).toBe(true);
    expect(speaksFor(pattern('worker-*'), client('work'))).toBe(false);
  });

  it('speaks for no client that the server named, even if it speaks for everybody', () => {
    expect(speaksFor(pattern('*'), client('billing'))).toBe(true);
    expect(speaksFor(pattern('*'), client('anon-7'))).toBe(false);
  });

  it.each(['', 'a b', 'wor*ker', '**', 'anon-7', 'anon-*'])('cannot name %j', (text) => {
    expect(clientPattern.safeParse(text).success).toBe(false);
  });
});
