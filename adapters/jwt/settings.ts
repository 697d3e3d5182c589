/** Whose tokens are good, and where in them it says what. */
export interface JwtSettings {
  /** As the `iss` of tokens has it, to the letter. */
  readonly issuer: string;
  /** One of these must be among the `aud` of a token. */
  readonly audience: readonly string[];
  /** The claim that names the client. */
  readonly clientClaim: string;
  /** The claim that holds the grants. */
  readonly grantsClaim: string;
}

/** The claims that are read unless told otherwise. */
export const DEFAULT_CLAIMS = { clientClaim: 'sub', grantsClaim: 'holdfast' } as const;
