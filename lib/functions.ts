import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Auth, jwtEnvironment } from './auth';
import type { AccessFunction, CommonFunction, FunctionName } from './permissions';
import { memoryOf } from './sizes';

/**
 * What `node build.mjs lambdas` bundled, a folder each. The relative path is the same from here and, in the package,
 * from `dist/`.
 */
const bundles = join(__dirname, '..', 'dist', 'lambdas');

/**
 * A publisher that has not stored its message by then never will. Readers wait three times as long before they fill its
 * number.
 */
export const routeTimeout = Duration.seconds(10);

/** Long enough to push a batch of messages to many slow connections. */
export const deliverTimeout = Duration.seconds(60);

export interface FunctionsProps {
  /** What every function finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  readonly auth: Auth;
}

/** The entry points in AWS: one function per kind of request, and `deliver`. */
export class Functions extends Construct implements Readonly<Record<CommonFunction, LambdaFunction>> {
  readonly connect: LambdaFunction;
  readonly disconnect: LambdaFunction;
  readonly publish: LambdaFunction;
  readonly subscribe: LambdaFunction;
  readonly ack: LambdaFunction;
  readonly list: LambdaFunction;
  readonly default: LambdaFunction;
  readonly deliver: LambdaFunction;

  /** The functions that decide on handshakes and answer `auth`; undefined if everybody is let in. */
  readonly access: { readonly authorize: LambdaFunction; readonly authenticate: LambdaFunction } | undefined;

  private readonly byName = new Map<FunctionName, LambdaFunction>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const route = (name: Exclude<FunctionName, 'deliver'>, description: string, environment = {}) =>
      this.add(name, props, { description, timeout: routeTimeout, environment });
    this.connect = route('connect', 'Records a new connection');
    this.disconnect = route('disconnect', 'Forgets a connection that was closed');
    this.publish = route('publish', 'Stores messages');
    this.subscribe = route('subscribe', 'subscribe, unsubscribe, seek');
    this.ack = route('ack', 'ack, nack, reject, extend, catchup');
    this.list = route('list', 'list, status, redrive, purge');
    this.default = route('default', 'ping, and the answer to everything unknown');
    this.deliver = this.add('deliver', props, {
      description: 'Woken by messages, connections and timers; pushes what is due',
      timeout: deliverTimeout,
      // A timer that arms the next one looks like an endless loop to Lambda, which would stop it after 16 rounds.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    this.access = this.checking(props.auth, route);
  }

  /** The function of a name, if it is deployed. */
  named(name: FunctionName): LambdaFunction | undefined {
    return this.byName.get(name);
  }

  private checking(
    auth: Auth,
    route: (name: AccessFunction, description: string, environment: Record<string, string>) => LambdaFunction,
  ): Functions['access'] {
    if (auth.by === 'none') return undefined;
    const kind = auth.by === 'jwt' ? 'Jwt' : 'Keys';
    const own = jwtEnvironment(auth);
    return {
      authorize: route(`authorize${kind}`, 'Lets in who has a good credential', own),
      authenticate: route(`authenticate${kind}`, 'auth', own),
    };
  }

  private add(name: FunctionName, props: FunctionsProps, own: FunctionOptions): LambdaFunction {
    const id = constructId(name);
    const logGroup = new LogGroup(this, `${id}Logs`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of its own, since AWS's managed policy allows writing to every log of the account.
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const made = new LambdaFunction(this, id, {
      ...own,
      memorySize: memoryOf(name),
      // Reading a source map would add some 20 ms to a cold start, and 60 ms to the first error.
      code: Code.fromAsset(join(bundles, name), { exclude: ['*.map'] }),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      logGroup,
      // Lambda's own three lines for each invocation would be most of the log, and of what it costs: a function's one
      // line says how long it took, and the metrics say the rest.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: { ...props.environment, ...own.environment },
    });
    this.byName.set(name, made);
    return made;
  }
}

/** Such as `PublishFunction`; never `Default` alone, which the CDK leaves out of names. */
function constructId(name: FunctionName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`;
}
