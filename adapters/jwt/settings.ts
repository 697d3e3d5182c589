/** Whose tokens are accepted, and which of their claims are read. */
export interface JwtSettings {
  /** Exactly as the `iss` of tokens. */
  readonly issuer: string;
  /** One of these must be among the `aud` of a token. */
  readonly audience: readonly string[];
  /** The claim that names the client. */
  readonly clientClaim: string;
  /** The claim that holds the grants. */
  readonly grantsClaim: string;
}

/** The claims that are read by default. */
export const DEFAULT_CLAIMS = { clientClaim: 'sub', grantsClaim: 'holdfast' } as const;
