import { KeyCredentials, type NewKey, newKey } from '../../../../adapters/keys';
import { MemoryKeys } from '../../../../adapters/memory/keys';
import { clientPattern, grantsSchema } from '../../../../broker/access';
import type { Key } from '../../../../broker/ports';

const NOW = 1_000_000;

const kept = ({ key, hash }: NewKey, more: Partial<Key> = {}): Key => ({
  key,
  hash,
  client: clientPattern.parse('worker-*'),
  grants: grantsSchema.parse({ publish: ['orders/*'] }),
  createdAt: NOW,
  ...more,
});

async function keyring(more: Partial<Key> = {}) {
  const keys = new MemoryKeys();
  const made = newKey();
  await keys.add(kept(made, more));
  return { keys, made, verify: (text: string) => new KeyCredentials(keys).verify(text, NOW) };
}

describe('a key', () => {
  it('says whom it speaks for and what is granted, for as long as it is not revoked', async () => {
    const { keys, made, verify } = await keyring();
    expect(await verify(made.text)).toEqual({
      key: made.key,
      client: 'worker-*',
      grants: grantsSchema.parse({ publish: ['orders/*'] }),
    });
    await keys.remove(made.key);
    await expect(verify(made.text)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: /perhaps it was revoked/,
    });
  });

  it('may expire', async () => {
    const { made, verify } = await keyring({ expiresAt: NOW + 1 });
    expect(await verify(made.text)).toMatchObject({ expiresAt: NOW + 1 });
    const { made: old, verify: later } = await keyring({ expiresAt: NOW });
    await expect(later(old.text)).rejects.toMatchObject({ code: 'unauthenticated', message: /has expired/ });
  });

  it('with another secret is not known, as is one that there is not', async () => {
    const { made, verify } = await keyring();
    const { text } = newKey();
    const forged = `hf_${made.key}${text.slice(23)}`;
    const messages = await Promise.all([forged, text].map((one) => verify(one).catch((error) => String(error))));
    expect(messages[0]).toMatch(/is not known/);
    expect(messages[1]).toBe(messages[0]);
  });

  it.each(['', 'hf_', 'hf_../../etc_x', 'eyJhbGciOiJSUzI1NiJ9.e30.x'])('that is none is refused: %j', async (text) => {
    const { verify } = await keyring();
    await expect(verify(text)).rejects.toMatchObject({ code: 'unauthenticated', message: /hf_/ });
  });

  it('is not in what is kept of it', () => {
    const made = newKey();
    expect(JSON.stringify(kept(made))).not.toContain(made.text.slice(24));
    expect(newKey().text).not.toBe(made.text);
  });
});
