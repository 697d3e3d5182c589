import {
  errorTypeRegistries,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { AwsJson1_0Protocol } from '@aws-sdk/core/protocols';
import { requests } from '../aws/requests';
import { type ClientSettings, configuredEndpoint, type Service, serviceClient } from '../aws/serviceClient';

/** How long to wait for an answer. Milliseconds. */
const ANSWER_MS = 2_000;
/** All attempts together stay below the 10 s that a function lives. */
const ATTEMPTS = 3;
/** Connections kept open: the wake-ups of a request, or of a queue's shards, are sent at the same time. */
const SOCKETS = 50;

/** What wake-ups ask of a client. */
export type Sqs = Pick<SQSClient, 'send' | 'middlewareStack' | 'destroy'>;

const service = (): Service => ({
  name: 'sqs',
  protocol: new AwsJson1_0Protocol({
    defaultNamespace: 'com.amazonaws.sqs',
    errorTypeRegistries,
    serviceTarget: 'AmazonSQS',
    // Errors keep the names that they had in the protocol before this.
    awsQueryCompatible: true,
  }),
});

/**
 * A client that gives up soon enough for its caller to answer.
 *
 * @param queueUrl of the only queue that the client is for; its host is the endpoint.
 * @param settings what to set otherwise than the environment says.
 */
export function sqsClient(queueUrl: string, settings: Partial<ClientSettings> = {}): Sqs {
  return serviceClient<ServiceInputTypes, ServiceOutputTypes>(service(), {
    endpoint: configuredEndpoint('SQS') ?? new URL(queueUrl).origin,
    maxAttempts: ATTEMPTS,
    requestHandler: requests(ANSWER_MS, SOCKETS),
    atOnce: SOCKETS,
    ...settings,
  });
}
