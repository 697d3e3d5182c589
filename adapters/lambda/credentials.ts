import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in the bundles in place of the SDK's own choice of credentials, which is a fifth of them: a function is given
 * its own by its environment, and by nothing else.
 */
export const defaultProvider = fromEnv;
