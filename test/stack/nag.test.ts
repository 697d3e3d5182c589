import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HoldfastStack } from '../../lib';
import { newApp, withoutBundling } from './synthesize';

test.each([{ auth: 'none' }, { auth: 'keys' }, { auth: 'jwt', issuer: 'https://auth.example.com', audience: 'queue' }])(
  'CloudFormation and AWS Solutions find nothing in the stack that is not explained, with %j',
  (choice) => {
    const app = newApp({ ...withoutBundling, ...choice }, true);
    new HoldfastStack(app, 'Holdfast');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
  60_000,
);
