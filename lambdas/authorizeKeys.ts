import { authorizer } from '../adapters/lambda/authorizer';
import { keyCredentials } from '../adapters/lambda/keyCredentials';

export const handler = authorizer(keyCredentials);
