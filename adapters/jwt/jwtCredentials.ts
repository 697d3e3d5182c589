import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { en } from 'zod/locales';
import { type Credential, clientOfSubject, grantsSchema, NO_GRANTS } from '../../broker/access';
import { type Credentials, Unavailable } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import { discoverKeys } from './discovery';
import type { JwtSettings } from './settings';

/** Signatures by a key that only the issuer has. A shared secret, or no signature, does not prove who signed. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * How much sooner than its `nbf` a token is taken, for the clocks of issuer and server may be apart. In seconds.
 * Nothing is added to its `exp`: a connection that it made later would end at once.
 */
export const CLOCK_TOLERANCE = 5;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * How long keys are kept. A token signed by an unknown key has them fetched sooner, but not more often than the
 * cooldown allows.
 */
const KEYS = { cacheMaxAge: 10 * MINUTE, cooldownDuration: 30 * SECOND, timeoutDuration: 5 * SECOND };

const refused = (fault: string) => new ProtocolError('unauthenticated', `the token ${fault}`);

/**
 * Tokens of an OpenID Connect provider as credentials. Its keys are looked up, kept, and looked up again as they
 * change.
 */
export class JwtCredentials implements Credentials {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(private readonly settings: JwtSettings) {}

  async verify(text: string, now: number): Promise<Credential> {
    const payload = await this.read(text, now);
    const { audience, clientClaim, grantsClaim } = this.settings;
    if (!audienceOf(payload).some((one) => audience.includes(one))) throw refused('is for another audience');
    const expiresAt = (payload.exp ?? 0) * SECOND;
    // The tolerance is for `nbf`, and `jwtVerify` has it for `exp` too.
    if (expiresAt <= now) throw refused('has expired');
    const subject = payload[clientClaim];
    if (typeof subject !== 'string') throw refused(`must name the client in its claim ${clientClaim}`);
    const client = clientOfSubject(subject);
    if (typeof client !== 'string') throw refused(`is of no use here: ${client.error}`);
    return { client, grants: grantsIn(payload[grantsClaim], grantsClaim), expiresAt };
  }

  private async read(text: string, now: number): Promise<JWTPayload> {
    const keys = await this.known();
    try {
      const { payload } = await jwtVerify(text, keys, {
        issuer: this.settings.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(now),
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw new Unavailable('the keys of the issuer could not be had', { cause: error });
      throw refused(fault);
    }
  }

  private known(): Promise<JWTVerifyGetKey> {
    this.keys ??= discoverKeys(this.settings.issuer).then(
      (address) => createRemoteJWKSet(address, KEYS),
      (error) => {
        this.keys = undefined;
        throw error;
      },
    );
    return this.keys;
  }
}

/**
 * Cognito's access tokens have no `aud`, but say in `client_id` whom they were issued to (its guide, "access token").
 */
function audienceOf({ aud, client_id: client }: JWTPayload): string[] {
  if (aud === undefined) return typeof client === 'string' ? [client] : [];
  return typeof aud === 'string' ? [aud] : aud;
}

/** English texts for what is wrong, which are only bundled where somebody sees them. */
const english = { error: en().localeError };

/** Grants are an object, or JSON from providers whose claims can only be texts. */
function grantsIn(claim: unknown, name: string): Credential['grants'] {
  if (claim === undefined) return NO_GRANTS;
  const parsed = grantsSchema.safeParse(typeof claim === 'string' ? jsonOf(claim) : claim, english);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`has grants in its claim ${name} that are none: ${issue?.path.join('.')} ${issue?.message}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a token, without repeating its contents; undefined if it is not the token's fault. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason === 'missing'
      ? `has no claim ${error.claim}`
      : `is not good: its claim ${error.claim} does not fit`;
  if (error instanceof errors.JOSEAlgNotAllowed) return `must be signed by one of ${ALGORITHMS.join(', ')}`;
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'is signed by no key that its issuer has';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'has a signature that is not good';
  if (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported
  )
    return 'is not a signed JWT';
  return undefined;
}
