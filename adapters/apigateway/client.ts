import {
  type ApiGatewayManagementApiClient,
  errorTypeRegistries,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import { requests } from '../aws/requests';
import { type ClientSettings, type Service, serviceClient } from '../aws/serviceClient';

/** How long to wait for an answer. Milliseconds. */
const ANSWER_MS = 1_500;
/**
 * Throttling and a full buffer of a client may pass. All attempts together stay below the 10 s that a function lives.
 */
const ATTEMPTS = 3;
/** Connections kept open; a shard is delivered to 16 subscribers at a time, each of whom may have several. */
const SOCKETS = 100;

/** What pushes ask of a client. */
export type ManagementApi = Pick<ApiGatewayManagementApiClient, 'send' | 'middlewareStack' | 'destroy'>;

const service = (): Service => ({
  name: 'execute-api',
  protocol: new AwsRestJsonProtocol({
    defaultNamespace: 'com.amazonaws.apigatewaymanagementapi',
    errorTypeRegistries,
  }),
});

/**
 * @param endpoint the URL of the management API: `https://ID.execute-api.REGION.amazonaws.com/STAGE`.
 * @param settings what to set otherwise than the environment says.
 */
export function apiGatewayClient(endpoint: string, settings: Partial<ClientSettings> = {}): ManagementApi {
  return serviceClient<ServiceInputTypes, ServiceOutputTypes>(service(), {
    endpoint,
    maxAttempts: ATTEMPTS,
    requestHandler: requests(ANSWER_MS, SOCKETS),
    atOnce: SOCKETS,
    ...settings,
  });
}
