import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as client from '../../client';

const reference = readFileSync(join(__dirname, '../../docs/client-api.md'), 'utf8');
const guide = readFileSync(join(__dirname, '../../docs/client.md'), 'utf8');

// That it is word for word what the docstrings say CI checks: it takes a compiler that tests cannot use.
it.each(Object.keys(client))('the reference of the client has %s', (name) => {
  expect(reference).toMatch(new RegExp(`^### (\`abstract\` )?${name}(\\(\\))?$`, 'm'));
});

it('the reference has every option that the guide speaks of', () => {
  const options = ['ackDelay', 'buffer', 'bufferStore', 'connectTimeout', 'heartbeat', 'token', 'maxExtension'];
  expect(options.filter((option) => !guide.includes(option) || !reference.includes(`\`${option}?\``))).toEqual([]);
});
