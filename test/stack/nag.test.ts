import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HoldfastStack } from '../../lib';
import { newApp, withoutBundling } from './synthesize';

test('CloudFormation and AWS Solutions find nothing in the stack that is not explained', () => {
  const app = newApp(withoutBundling, true);
  new HoldfastStack(app, 'Holdfast');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).not.toThrow();
});
