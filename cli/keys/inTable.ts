import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Database } from '../../adapters/dynamodb/database';
import { DynamoKeys } from '../../adapters/dynamodb/keys';
import type { KeyStore } from '../../broker/ports';

/** The API keys of a deployment, by the credentials that the AWS SDK finds. */
export const keysInTable = (table: string, where: { readonly region?: string; readonly profile?: string }): KeyStore =>
  new DynamoKeys(new Database(new DynamoDBClient(where)), table);
