import { dynamodbStores } from '../../../adapters/dynamodb';
import { describeStores } from '../../contract/suites';
import { Process } from '../process';
import { World } from '../world';

/** A process that waits for nobody. */
class Alone extends Process {
  override async call<Result>(effect: () => Result | Promise<Result>): Promise<Result> {
    return effect();
  }
}

// What the simulation proves rests on this: the adapter finds in it what it finds in DynamoDB.
describeStores('the simulated DynamoDB', async () => {
  const { database, faults, scheduler } = new World(1);
  faults.end();
  return {
    stores: dynamodbStores(database.clientFor(new Alone('a test', scheduler)), database.names),
    close: async () => {},
  };
});
