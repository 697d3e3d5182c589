import type { Credentials } from '../../broker/ports';
import { dynamodbClient } from '../dynamodb/client';
import { Database } from '../dynamodb/database';
import { DynamoKeys } from '../dynamodb/keys';
import { KeyCredentials } from '../keys/keyCredentials';
import { variable } from './environment';
import { lazily } from './lazily';

const made = lazily(
  () => new KeyCredentials(new DynamoKeys(new Database(dynamodbClient()), variable('HOLDFAST_KEYS_TABLE'))),
);

/** The API keys of this deployment. */
export const keyCredentials: Credentials = { verify: (text, now) => made().verify(text, now) };
