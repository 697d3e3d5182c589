import {
  type DynamoDBClient,
  errorTypeRegistries,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { AwsJson1_0Protocol } from '@aws-sdk/core/protocols';
import { DynamoDBJsonCodec2 } from '@aws-sdk/dynamodb-codec';
import { requests } from '../aws/requests';
import { type ClientSettings, configuredEndpoint, type Service, serviceClient } from '../aws/serviceClient';

/** How long to wait for an answer. Milliseconds. */
const ANSWER_MS = 2_000;
/** All attempts together stay below the 10 s that a function lives. */
const ATTEMPTS = 3;
/** Connections kept open: a batch of 100 messages is put 25 at a time. */
const SOCKETS = 50;

/** What the stores ask of a client: ours, or the SDK's own. */
export type DatabaseClient = Pick<DynamoDBClient, 'send' | 'middlewareStack' | 'destroy'>;

const service = (): Service => ({
  name: 'dynamodb',
  protocol: new AwsJson1_0Protocol({
    defaultNamespace: 'com.amazonaws.dynamodb',
    errorTypeRegistries,
    serviceTarget: 'DynamoDB_20120810',
    jsonCodec: new DynamoDBJsonCodec2(),
  }),
});

/**
 * A client that gives up soon enough for its caller to answer.
 *
 * @param settings what to set otherwise than the environment says.
 * @param the domain of AWS in this region, which only the stack knows: China has one of its own.
 */
export function dynamodbClient(
  settings: Partial<ClientSettings> = {},
  domain = process.env.HOLDFAST_AWS_DOMAIN,
): DatabaseClient {
  return serviceClient<ServiceInputTypes, ServiceOutputTypes>(service(), {
    endpoint: settings.endpoint ?? configuredEndpoint('DYNAMODB') ?? regionalEndpoint(domain),
    maxAttempts: ATTEMPTS,
    requestHandler: requests(ANSWER_MS, SOCKETS),
    atOnce: SOCKETS,
    ...settings,
  });
}

const regionalEndpoint = (domain = 'amazonaws.com'): string => `https://dynamodb.${process.env.AWS_REGION}.${domain}`;
