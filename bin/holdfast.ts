import { Annotations, App } from 'aws-cdk-lib';
import { AuthNotChosen, HoldfastStack } from '../lib';
import { authFromContext } from '../lib/auth';

const app = new App();
// Several stacks in one account are told apart by `-c stack=…`.
const id = String(app.node.tryGetContext('stack') ?? 'Holdfast');
try {
  new HoldfastStack(app, id, { holdfast: { auth: authFromContext(app.node) } });
} catch (error) {
  if (!(error instanceof AuthNotChosen)) throw error;
  // The CDK refuses to deploy a stack with an error, and says this sentence. `bootstrap` and `destroy` come here too,
  // and go on: they need no more than where and what the stack is. If it were deployed anyway, nobody could connect: no
  // key exists.
  const refused = new HoldfastStack(app, id, { holdfast: { auth: { by: 'keys' } } });
  Annotations.of(refused).addError(`Holdfast is not deployed: ${error.message}.`);
}
