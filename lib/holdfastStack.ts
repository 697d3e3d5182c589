import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { parseQuotas } from '../broker/model/quotas';
import { Holdfast } from './holdfast';
import type { HoldfastProps } from './holdfastProps';

export interface HoldfastStackProps extends StackProps {
  /**
   * How its queue differs from the usual one.
   *
   * @default - the usual one
   */
  readonly holdfast?: HoldfastProps;
}

/**
 * The stack that `cdk deploy` deploys. Some things may be said on the command line:
 *
 * - `-c retain=false`: destroying the stack destroys the messages too.
 * - `-c emulator=http://127.0.0.1:4566`: it goes into a local emulator of AWS.
 * - `-c origins=https://app.example.com,https://b.example.com`: pages of these alone may connect.
 * - `-c quotas=client.queues=100,client.publishes=50`: clients may have so much.
 * - `-c routeResponses=false`: into one whose CloudFormation has no route responses.
 */
export class HoldfastStack extends Stack {
  readonly holdfast: Holdfast;

  constructor(scope: Construct, id: string, props: HoldfastStackProps = {}) {
    const { holdfast, ...stackProps } = props;
    super(scope, id, { description: 'Holdfast, a durable message queue over WebSocket', ...stackProps });
    this.holdfast = new Holdfast(this, 'Queue', { ...this.fromContext(), ...holdfast });
    new CfnOutput(this, 'Url', { value: this.holdfast.url, description: 'Where clients connect' });
  }

  private fromContext(): HoldfastProps {
    const emulator: unknown = this.node.tryGetContext('emulator');
    const quotas: unknown = this.node.tryGetContext('quotas');
    const origins: unknown = this.node.tryGetContext('origins');
    return {
      removalPolicy: this.flag('retain') ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      routeResponses: this.flag('routeResponses'),
      ...(quotas !== undefined && { quotas: parseQuotas(String(quotas)) }),
      ...(origins !== undefined && { origins: String(origins).split(',') }),
      ...(emulator !== undefined && { emulator: String(emulator) }),
    };
  }

  /** True unless switched off. On the command line all is text, and a misspelt `retain` must not cost any data. */
  private flag(name: string): boolean {
    const value = String(this.node.tryGetContext(name) ?? true);
    if (value !== 'true' && value !== 'false') throw new Error(`-c ${name} must be true or false, not ${value}`);
    return value === 'true';
  }
}
