import { Annotations, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { parseQuotas } from '../broker/model/quotas';
import { type Auth, authFromContext } from './auth';
import { Holdfast } from './holdfast';
import type { HoldfastProps } from './holdfastProps';

/** Said in the output of a deployment. */
const ACCESS: Readonly<Record<Auth['by'], string>> = {
  keys: 'Who has an API key: npx holdfast keys create',
  jwt: 'Who has a token of the issuer',
  none: 'OPEN: whoever knows the URL can read and write (-c auth=none)',
};

export interface HoldfastStackProps extends StackProps {
  /**
   * The properties of its queue.
   *
   * @default - the defaults
   */
  readonly holdfast?: Partial<HoldfastProps>;
}

/**
 * The stack that `cdk deploy` deploys. The command line must say who may connect; the rest is optional:
 *
 * - `-c auth=keys`, `-c auth=jwt -c issuer=https://… -c audience=…`, or `-c auth=none`. With `jwt`, `-c clientClaim=…`
 *   and `-c grantsClaim=…` name the claims that are read.
 * - `-c stack=Staging`: its name, which tells it from others in the same account.
 * - `-c tables=restored`: its tables are called `restored-Queues` and so on.
 * - `-c retain=false`: destroying the stack destroys the messages too.
 * - `-c emulator=http://127.0.0.1:4566`: it goes into a local emulator of AWS.
 * - `-c origins=https://app.example.com,https://b.example.com`: only pages of these origins may connect.
 * - `-c quotas=client.queues=100,client.publishes=50`: the quotas of clients.
 * - `-c wakeUpConcurrency=5 -c streamConcurrency=1`: it leaves functions to others, in an account that has few.
 * - `-c routeResponses=false`: into one whose CloudFormation has no route responses.
 */
export class HoldfastStack extends Stack {
  readonly holdfast: Holdfast;

  constructor(scope: Construct, id: string, props: HoldfastStackProps = {}) {
    const { holdfast, ...stackProps } = props;
    super(scope, id, { description: 'Holdfast, a durable message queue over WebSocket', ...stackProps });
    const auth = holdfast?.auth ?? authFromContext(this.node);
    this.holdfast = new Holdfast(this, 'Queue', { ...this.fromContext(), ...holdfast, auth });
    new CfnOutput(this, 'Url', { value: this.holdfast.url, description: 'Where clients connect' });
    new CfnOutput(this, 'Access', { value: ACCESS[auth.by], description: 'Who may connect' });
    if (auth.by === 'keys')
      new CfnOutput(this, 'KeysTable', {
        value: this.holdfast.tables.keys.tableName,
        description: 'For npx holdfast keys create CLIENT --table',
      });
    if (auth.by === 'none') Annotations.of(this).addWarningV2('holdfast:open', ACCESS.none);
  }

  private fromContext(): Omit<HoldfastProps, 'auth'> {
    const emulator: unknown = this.node.tryGetContext('emulator');
    const quotas: unknown = this.node.tryGetContext('quotas');
    const origins: unknown = this.node.tryGetContext('origins');
    const tables: unknown = this.node.tryGetContext('tables');
    return {
      removalPolicy: this.flag('retain') ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      routeResponses: this.flag('routeResponses'),
      ...this.number('wakeUpConcurrency'),
      ...this.number('streamConcurrency'),
      ...(tables !== undefined && { tablePrefix: String(tables) }),
      ...(quotas !== undefined && { quotas: parseQuotas(String(quotas)) }),
      ...(origins !== undefined && { origins: String(origins).split(',') }),
      ...(emulator !== undefined && { emulator: String(emulator) }),
    };
  }

  private number(name: 'wakeUpConcurrency' | 'streamConcurrency'): Partial<Record<typeof name, number>> {
    const value: unknown = this.node.tryGetContext(name);
    return value === undefined ? {} : { [name]: Number(value) };
  }

  /**
   * True unless switched off. Values of the command line are texts, and a misspelt value of `retain` must not cost
   * data.
   */
  private flag(name: string): boolean {
    const value = String(this.node.tryGetContext(name) ?? true);
    if (value !== 'true' && value !== 'false') throw new Error(`-c ${name} must be true or false, not ${value}`);
    return value === 'true';
  }
}
