import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type IAccessLogSettings,
  LogGroupLogDestination,
  type ThrottleSettings,
  WebSocketApi,
  WebSocketRoute,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type RouteFunction, routes } from './routes';

/** API Gateway itself calls these; there is no frame to answer. */
const unanswered: ReadonlySet<string> = new Set(['$connect', '$disconnect']);

export interface ApiProps {
  readonly stageName: string;
  readonly throttle: ThrottleSettings;

  /**
   * Logs a line per request, without payloads, headers and credentials.
   *
   * @default - no access log
   */
  readonly accessLog?: ILogGroup;

  /**
   * The endpoint of a local emulator of AWS.
   *
   * @default - it is AWS
   */
  readonly emulator?: string;

  /** Whether routes are given a route response, without which API Gateway drops what their functions return. */
  readonly routeResponses: boolean;
}

/**
 * The WebSocket API. `route` is called after construction, because the functions need the callback URL. The order API,
 * functions, routes avoids a circular reference.
 */
export class Api extends Construct {
  readonly webSocketApi: WebSocketApi;
  readonly stage: WebSocketStage;

  /** Where clients connect. */
  readonly url: string;

  /** Where functions push to connections. */
  readonly callbackUrl: string;

  /** The name of the API in the lists of an account, such as `Holdfast-Queue`. */
  private readonly displayName: string;

  private readonly routeResponses: boolean;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { emulator, stageName, throttle } = props;
    this.routeResponses = props.routeResponses;
    this.displayName = displayName(scope);
    this.webSocketApi = new WebSocketApi(this, 'WebSocket', {
      apiName: this.displayName,
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.webSocketApi,
      stageName,
      autoDeploy: true,
      throttle,
      ...(props.accessLog && { accessLogSettings: accessLogSettings(props.accessLog) }),
    });
    const { region, urlSuffix } = Stack.of(this);
    const { apiId } = this.webSocketApi;
    this.callbackUrl = emulator
      ? `${emulator}/_aws/execute-api/${apiId}/${stageName}`
      : `https://${apiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
    this.url = this.callbackUrl.replace(/^http/, 'ws');
  }

  /**
   * Connects every route with the function that answers it.
   *
   * @param access the functions that decide on handshakes and answer `auth`; undefined if everybody is let in.
   */
  route(
    functions: Readonly<Record<RouteFunction, IFunction>>,
    access: { readonly authorize: IFunction; readonly authenticate: IFunction } | undefined,
  ): void {
    // No identity source: a credential comes in one of three ways, and API Gateway would require all that are named.
    const authorizer =
      access &&
      new WebSocketLambdaAuthorizer('Authorizer', access.authorize, {
        authorizerName: this.displayName,
        identitySource: [],
      });
    for (const [routeKey, name] of Object.entries(routes)) {
      const handler = routeKey === 'auth' && access ? access.authenticate : functions[name];
      const route = new WebSocketRoute(this, `Route${routeKey.replace('$', '-')}`, {
        webSocketApi: this.webSocketApi,
        routeKey,
        integration: new WebSocketLambdaIntegration('Integration', handler),
        ...(routeKey === '$connect' && authorizer && { authorizer }),
        returnResponse: this.routeResponses && !unanswered.has(routeKey),
      });
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'API Gateway can authorize $connect only; who may do what is decided by the functions.',
      });
    }
  }

  /** Allows pushing to connections (`POST`) or closing them (`DELETE`). */
  grantConnections(grantee: IFunction, methods: readonly ('POST' | 'DELETE')[]): Grant {
    const resourceArns = methods.map((method) =>
      this.webSocketApi.arnForExecuteApiV2(`${method}/@connections/*`, this.stage.stageName),
    );
    for (const arn of resourceArns) {
      Validations.of(grantee.role ?? grantee).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${finding(this, arn)}]`,
        reason: 'Connections come and go: any may be reached, of this API and stage.',
      });
    }
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:ManageConnections'], resourceArns });
  }
}

/** The path of a construct: the end of it, where it is longer than the 128 characters that API Gateway takes. */
const displayName = (of: Construct): string => of.node.path.replaceAll('/', '-').slice(-128);

/** An ARN as cdk-nag writes it: with names in place of values that are only known after the deployment. */
function finding(scope: Construct, arn: string): string {
  const { 'Fn::Join': join } = Stack.of(scope).resolve(arn) as { 'Fn::Join': [string, (string | { Ref: string })[]] };
  return join[1].map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join(join[0]);
}

/** The fields of the access log, which say nothing of the contents of a request. */
function accessLogSettings(accessLog: ILogGroup): IAccessLogSettings {
  return {
    destination: new LogGroupLogDestination(accessLog),
    format: AccessLogFormat.custom(
      JSON.stringify({
        requestId: '$context.requestId',
        time: '$context.requestTimeEpoch',
        connectionId: '$context.connectionId',
        eventType: '$context.eventType',
        route: '$context.routeKey',
        status: '$context.status',
        integrationStatus: '$context.integrationStatus',
        integrationLatency: '$context.integrationLatency',
        error: '$context.error.message',
        integrationError: '$context.integrationErrorMessage',
      }),
    ),
  };
}
