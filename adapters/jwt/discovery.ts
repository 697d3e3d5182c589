import * as z from 'zod/mini';
import { Unavailable } from '../../broker/ports';

/** How long to wait for a provider. Milliseconds. */
const ANSWER_MS = 5_000;

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url() });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether what is fetched from this URL cannot be changed on its way: https, or this machine. */
const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));

/** Whether a text can be an issuer: an https URL without query and fragment, or an http one of this machine. */
export function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && isSafe(url) && url.search === '' && url.hash === '';
}

/**
 * Where an issuer publishes its keys, as OpenID Connect Discovery 1.0 has it (section 4).
 *
 * @throws Unavailable the provider did not answer as expected.
 */
export async function discoverKeys(issuer: string): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    const found = configuration.parse(await response.json());
    if (found.issuer !== issuer) throw new Error(`${address} is of the issuer ${found.issuer}, not of ${issuer}`);
    const keys = new URL(found.jwks_uri);
    if (!isSafe(keys)) throw new Error(`${address} names keys that are not at an https address`);
    return keys;
  } catch (cause) {
    throw new Unavailable('the issuer of tokens could not be asked for its keys', { cause });
  }
}
