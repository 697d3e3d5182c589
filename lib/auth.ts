import { Fn, Token } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import { isIssuer } from '../adapters/jwt/discovery';
import { DEFAULT_CLAIMS } from '../adapters/jwt/settings';

/** Lets in who has a token of an OpenID Connect provider, such as Cognito. */
export interface JwtAuth {
  readonly by: 'jwt';

  /** The provider, as the `iss` of its tokens has it: `https://…`. */
  readonly issuer: string;

  /**
   * The audiences, of which a token must have one: their `aud`, or the `client_id` of Cognito's access tokens. One at
   * least, none with a comma.
   */
  readonly audience: readonly string[];

  /**
   * The claim that names the client.
   *
   * @default 'sub'
   */
  readonly clientClaim?: string;

  /**
   * The claim that holds what the client may do.
   *
   * @default 'holdfast'
   */
  readonly grantsClaim?: string;
}

/** Who may connect: holders of a token, holders of an API key, or, knowingly, everybody who knows the URL. */
export type Auth = JwtAuth | { readonly by: 'keys' } | { readonly by: 'none' };

/** It was not said who may connect. The message says what can be chosen. */
export class AuthNotChosen extends Error {
  override readonly name = 'AuthNotChosen';
}

const CHOICES =
  '-c auth=keys (API keys, made by npx holdfast keys create), -c auth=jwt -c issuer=https://… -c audience=… (tokens of an OpenID Connect provider), or -c auth=none (whoever knows the URL)';

/**
 * The choice of a command line: `-c auth=…`.
 *
 * @throws AuthNotChosen there is none, or half of one.
 */
export function authFromContext(node: Node): Auth {
  const given = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    return value === undefined ? undefined : String(value);
  };
  const by = given('auth');
  if (by === 'keys' || by === 'none') return { by };
  if (by !== 'jwt') {
    const what = by === undefined ? 'nobody chose who may connect' : `there is no -c auth=${by}`;
    throw new AuthNotChosen(`${what}: add ${CHOICES}`);
  }
  const [issuer, audience, clientClaim, grantsClaim] = ['issuer', 'audience', 'clientClaim', 'grantsClaim'].map(given);
  if (!issuer || !audience) throw new AuthNotChosen('-c auth=jwt needs -c issuer=https://… and -c audience=…');
  const chosen: JwtAuth = {
    by,
    issuer,
    audience: audience.split(','),
    ...(clientClaim && { clientClaim }),
    ...(grantsClaim && { grantsClaim }),
  };
  checkJwt(chosen);
  return chosen;
}

/** @throws AuthNotChosen no token could be of that issuer, or for that audience. */
function checkJwt({ issuer, audience }: JwtAuth): void {
  if (!Token.isUnresolved(issuer) && !isIssuer(issuer))
    throw new AuthNotChosen(`the issuer must be a URL such as https://auth.example.com, not ${issuer}`);
  // Functions get the audiences in one text, separated by commas.
  const isOne = (one: string) => Token.isUnresolved(one) || /^[^,]+$/.test(one);
  if (!Token.isUnresolved(audience) && !(audience.length > 0 && audience.every(isOne)))
    throw new AuthNotChosen(
      `the audience must be one or more of what tokens have as aud or client_id, without commas, not ${JSON.stringify(audience)}`,
    );
}

/**
 * What the functions that check tokens learn from their environment.
 *
 * @throws AuthNotChosen no token could be valid.
 */
export function jwtEnvironment(auth: Auth): Record<string, string> {
  if (auth.by !== 'jwt') return {};
  checkJwt(auth);
  const { issuer, audience } = auth;
  return {
    HOLDFAST_JWT_ISSUER: issuer,
    HOLDFAST_JWT_AUDIENCE: Token.isUnresolved(audience) ? Fn.join(',', [...audience]) : audience.join(','),
    // Empty where a variable that should say it was not set: functions refuse that.
    HOLDFAST_JWT_CLIENT_CLAIM: auth.clientClaim || DEFAULT_CLAIMS.clientClaim,
    HOLDFAST_JWT_GRANTS_CLAIM: auth.grantsClaim || DEFAULT_CLAIMS.grantsClaim,
  };
}
