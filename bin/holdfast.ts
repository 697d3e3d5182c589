import { App } from 'aws-cdk-lib';
import { AuthNotChosen, HoldfastStack } from '../lib';

try {
  const app = new App();
  // Several in one account are told apart by `-c stack=…`.
  new HoldfastStack(app, String(app.node.tryGetContext('stack') ?? 'Holdfast'));
} catch (error) {
  // What is left to choose is said in a sentence, without where in the code it is asked for.
  if (!(error instanceof AuthNotChosen)) throw error;
  console.error(`Holdfast is not deployed: ${error.message}.`);
  process.exitCode = 1;
}
