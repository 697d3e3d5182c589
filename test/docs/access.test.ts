import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLOCK_TOLERANCE } from '../../adapters/jwt/jwtCredentials';
import { clientOfSubject, grantsSchema, parsePattern } from '../../broker/access';
import { requestSchema } from '../../broker/protocol';
import { serverCommand } from '../../server/options';

const document = readFileSync(join(__dirname, '../../docs/access.md'), 'utf8');

it('states grants as they are read', () => {
  const examples = Array.from(document.matchAll(/^```json grants\n([\s\S]*?)^```$/gm), ([, json = '']) => json);
  expect(examples).not.toHaveLength(0);
  for (const json of examples) expect(grantsSchema.safeParse(JSON.parse(json)).error).toBeUndefined();
});

it('asks for another credential in a frame that there is', () => {
  const [, json = ''] = /^```json request\n([\s\S]*?)^```$/m.exec(document) ?? [];
  const example: unknown = JSON.parse(json);
  expect(requestSchema.parse(example)).toEqual(example);
});

it('writes a subject as a client id as it is written', () => {
  expect(document).toContain(`\`auth0\\|42\` is \`${clientOfSubject('auth0|42')}\``);
});

it('names flags that there are', () => {
  const { options } = serverCommand();
  const flags = new Set(document.match(/--(auth|jwt|insecure)[a-z-]*/g));
  expect([...flags].filter((flag) => !options.some(({ long }) => long === flag))).toEqual([]);
});

it('explains patterns that are patterns', () => {
  const table = /^\| pattern[\s\S]*?\n\n/m.exec(document)?.[0] ?? '';
  const patterns = Array.from(table.matchAll(/^\| `([^`]+)`/gm), ([, pattern = '']) => pattern);
  expect(patterns).toHaveLength(8);
  for (const pattern of patterns) expect(parsePattern(pattern)).not.toHaveProperty('error');
});

it('says of which claim of a token the clocks may be apart, and how far', () => {
  const row = (claim: string) => new RegExp(`^\\| \`${claim}\` .*$`, 'm').exec(document)?.[0];
  expect(row('nbf')).toContain(`up to ${CLOCK_TOLERANCE} s sooner`);
  expect(row('exp')).not.toContain('apart');
});
