import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';

/** There are no credentials to sign a request with. Nothing was sent, and trying again does not bring them. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials';
}

/** @returns the same credentials, whose absence is `NoCredentials`. */
export function orNoCredentials(
  credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider,
): AwsCredentialIdentityProvider {
  return async (properties) => {
    if (typeof credentials !== 'function') return credentials;
    try {
      return await credentials(properties);
    } catch (cause) {
      throw new NoCredentials(`there are no credentials for AWS: ${reasonOf(cause)}`, { cause });
    }
  };
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
