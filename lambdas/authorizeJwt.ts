import { authorizer } from '../adapters/lambda/authorizer';
import { tokenCredentials } from '../adapters/lambda/tokenCredentials';

export const handler = authorizer(tokenCredentials);
