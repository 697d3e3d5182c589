import { App } from 'aws-cdk-lib';
import { AuthNotChosen, HoldfastStack } from '../lib';

try {
  new HoldfastStack(new App(), 'Holdfast');
} catch (error) {
  // What is left to choose is said in a sentence, without where in the code it is asked for.
  if (!(error instanceof AuthNotChosen)) throw error;
  console.error(`Holdfast is not deployed: ${error.message}.`);
  process.exitCode = 1;
}
