import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { TableName } from '../adapters/dynamodb/tables';
import { Alarms } from './alarms';
import { Api } from './api';
import { concurrency } from './concurrency';
import { environment, publisherEnvironment } from './environment';
import { Functions } from './functions';
import type { HoldfastProps } from './holdfastProps';
import { type FunctionName, permissions, publishing, type TableAccess } from './permissions';
import { Tables } from './tables';
import { wake } from './wake';
import { WakeUps } from './wakeUps';

/**
 * A durable message queue over WebSocket. Nothing runs, and next to nothing is paid for, while nobody talks.
 *
 * ```ts
 * const queue = new Holdfast(this, 'Queue', { auth: { by: 'keys' } });
 * new CfnOutput(this, 'QueueUrl', { value: queue.url });
 * ```
 */
export class Holdfast extends Construct {
  /** Where clients connect: `wss://…`. */
  readonly url: string;

  /** Where to push to connections: `https://…`, for `ApiGatewayManagementApiClient`. */
  readonly callbackUrl: string;

  readonly tables: Tables;
  readonly functions: Functions;
  readonly api: Api;
  readonly wakeUps: WakeUps;

  /**
   * The alarms: docs/operations.md says what each means, and what to do. They notify nobody until they are given an
   * action: `alarm.addAlarmAction(…)`.
   */
  readonly alarms: readonly Alarm[];

  /** What a function of yours needs in its environment to publish; give it `grantPublish` too. */
  readonly publisherEnvironment: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: HoldfastProps) {
    super(scope, id);
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.tables = new Tables(this, 'Tables', {
      removalPolicy,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
      ...(props.tablePrefix !== undefined && { prefix: props.tablePrefix }),
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
    });
    this.wakeUps = new WakeUps(this, 'WakeUps');
    this.api = new Api(this, 'Api', {
      stageName: props.stageName ?? 'v1',
      throttle: props.throttle ?? defaultThrottle,
      routeResponses: props.routeResponses ?? true,
      ...(props.accessLog && { accessLog: this.accessLog(logRetention) }),
      ...(props.emulator && { emulator: props.emulator }),
    });
    if (!props.accessLog) {
      Validations.of(this.api.stage).acknowledge({
        id: 'AwsSolutions-APIG1',
        reason: 'An access log takes a role set for the whole account; HoldfastProps.accessLog turns it on.',
      });
    }
    this.url = this.api.url;
    this.callbackUrl = this.api.callbackUrl;
    this.publisherEnvironment = publisherEnvironment(this.tables, props);
    this.functions = new Functions(this, 'Functions', {
      environment: environment(this.tables, this.wakeUps, this.api, props),
      logRetention,
      auth: props.auth,
    });
    this.permit();
    this.api.route(this.functions, this.functions.access);
    wake(this.functions.deliver, this.tables, this.wakeUps, concurrency(props));
    this.alarms = new Alarms(this, 'Alarms', this.functions, this.wakeUps).all;
  }

  /**
   * Allows publishing without a connection, by writing to the log directly. Subscribers are woken as usual. The grantee
   * finds the tables by `publisherEnvironment`.
   */
  grantPublish(grantee: IGrantable): Grant {
    return this.grantTables(grantee, publishing);
  }

  private permit(): void {
    for (const [name, access] of Object.entries(permissions)) {
      const { tables, connected, wakeUps, connections, connectionsByKey } = access;
      const grantee = this.functions.named(name as FunctionName);
      if (grantee === undefined) continue;
      this.grantTables(grantee, tables);
      if (connected) this.tables.grantConnected(grantee);
      if (wakeUps) this.wakeUps.grantArm(grantee);
      if (connections) this.api.grantConnections(grantee, connections);
      if (connectionsByKey) this.tables.grantConnectionsByKey(grantee);
    }
  }

  private grantTables(grantee: IGrantable, access: TableAccess): Grant {
    const grants = Object.entries(access).map(([name, actions]) => {
      // Not `table.grant`, which adds all its indexes.
      const resourceArns = [this.tables[name as TableName].tableArn];
      return Grant.addToPrincipal({ grantee, actions: actions.map((action) => `dynamodb:${action}`), resourceArns });
    });
    if (grants.length > 0) grants.push(this.tables.grantKey(grantee));
    return grants.reduce((all, grant) => all.combine(grant), Grant.drop(grantee, 'no tables'));
  }

  private accessLog(retention: RetentionDays): LogGroup {
    return new LogGroup(this, 'AccessLog', { retention, removalPolicy: RemovalPolicy.DESTROY });
  }
}

/** Half of an account's default in most regions: a flood here leaves room for pushes, and for its other APIs. */
const defaultThrottle: ThrottleSettings = { rateLimit: 5000, burstLimit: 2500 };
