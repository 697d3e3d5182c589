import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Sha256 } from '@smithy/core/checksum';
import { Client } from '@smithy/core/client';
import { HttpRequest, parseUrl } from '@smithy/core/protocols';
import { getRetryPlugin, StandardRetryStrategy } from '@smithy/core/retry';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import { fromBase64, fromUtf8, toBase64, toUtf8 } from '@smithy/core/serde';
import { type NodeHttpHandler, streamCollector } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type {
  AwsCredentialIdentity,
  AwsCredentialIdentityProvider,
  ClientProtocol,
  FinalizeRequestMiddleware,
  HttpHandlerOptions,
  HttpResponse,
  HttpRequest as IHttpRequest,
  MetadataBearer,
} from '@smithy/types';
import pLimit from 'p-limit';
import { orNoCredentials } from './noCredentials';

/** What tells one service of AWS from another. */
export interface Service {
  /** What its requests are signed for, such as `dynamodb`. */
  readonly name: string;
  readonly protocol: ClientProtocol<IHttpRequest, HttpResponse>;
}

/** Where a service is, and how it is asked. */
export interface ClientSettings {
  readonly endpoint: string;
  /** @default that of the environment, `AWS_REGION`. */
  readonly region?: string;
  /** @default those of the environment, which are all that a function is given. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** How often a request is sent at most, with growing pauses of random length between. */
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
  /** How many requests are under way at most; others wait for their turn. Not more than the handler has connections. */
  readonly atOnce: number;
}

/**
 * A client of a service, built from parts of the SDK: its commands, protocols, retries and signatures. It leaves out
 * what a function does not need, which would be half of the bundle and of the processing of each request: the search
 * for region, credentials and endpoint, rules for every partition, the choice between ways to sign, logging, user
 * agents.
 */
export function serviceClient<Input extends object, Output extends MetadataBearer>(
  { name, protocol }: Service,
  settings: ClientSettings,
) {
  const { endpoint, region = process.env.AWS_REGION, credentials = fromEnv(), maxAttempts, requestHandler } = settings;
  if (region === undefined) throw new Error('the environment variable AWS_REGION is missing');
  const url = new URL(endpoint);
  const retryStrategy = new StandardRetryStrategy(maxAttempts);
  const config = {
    apiVersion: '',
    cacheMiddleware: true,
    requestHandler,
    protocol,
    base64Decoder: fromBase64,
    base64Encoder: toBase64,
    utf8Decoder: fromUtf8,
    utf8Encoder: toUtf8,
    urlParser: parseUrl,
    disableHostPrefix: false,
    streamCollector,
    endpointProvider: () => ({ url }),
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: async () => maxAttempts,
    retryStrategy: async () => retryStrategy,
    // SQS answers carry an MD5 digest to compare with; TLS makes that superfluous.
    md5: false,
  };
  const client = new Client<HttpHandlerOptions, Input, Output, typeof config>(config);
  client.middlewareStack.use(getSchemaSerdePlugin(config));
  client.middlewareStack.use(getRetryPlugin(config));
  client.middlewareStack.add(inTurn<Input, Output>(settings.atOnce), {
    step: 'finalizeRequest',
    name: 'inTurn',
    priority: 'low',
  });
  const signer = new SignatureV4({ credentials: orNoCredentials(credentials), region, service: name, sha256: Sha256 });
  client.middlewareStack.add(signing<Input, Output>(signer, url.host), {
    step: 'finalizeRequest',
    name: 'signing',
    priority: 'low',
  });
  return client;
}

/**
 * Makes each attempt wait here until there is a connection for it. In the handler its time-out would already run, so
 * that waiting for a connection would look like AWS not answering.
 */
function inTurn<Input extends object, Output extends object>(atOnce: number): FinalizeRequestMiddleware<Input, Output> {
  const turn = pLimit(atOnce);
  return (next) => (args) => turn(() => next(args));
}

/** Signs each attempt anew, since a signature is valid for minutes only. */
const signing =
  <Input extends object, Output extends object>(
    signer: SignatureV4,
    host: string,
  ): FinalizeRequestMiddleware<Input, Output> =>
  (next) =>
  async (args) => {
    if (!HttpRequest.isInstance(args.request)) return next(args);
    args.request.headers.host = host;
    return next({ ...args, request: await signer.sign(args.request) });
  };

/**
 * The endpoint of a service as configured by the variables of the SDK, such as that of an emulator. The variable of the
 * service takes precedence over the one for all services (AWS SDKs reference guide, "Service-specific endpoints").
 *
 * @param service as in the name of its variable, such as `DYNAMODB`.
 */
export const configuredEndpoint = (service: string): string | undefined =>
  process.env[`AWS_ENDPOINT_URL_${service}`] || process.env.AWS_ENDPOINT_URL || undefined;
