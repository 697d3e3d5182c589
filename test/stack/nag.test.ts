import { Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HoldfastStack } from '../../lib';
import { newApp, withoutAssets } from './synthesize';

test('A finding that nobody answers is an error', () => {
  const app = newApp({ ...withoutAssets, auth: 'none' }, true);
  const stack = new HoldfastStack(app, 'Holdfast');
  new Queue(stack, 'Unanswered');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS/);
}, 60_000);

test.each([{ auth: 'none' }, { auth: 'keys' }, { auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' }])(
  'CloudFormation and AWS Solutions find nothing in the stack that is not explained, with %j',
  (choice) => {
    const app = newApp({ ...withoutAssets, ...choice }, true);
    new HoldfastStack(app, 'Holdfast');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
  60_000,
);
