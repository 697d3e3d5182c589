import { compile } from '../examples/compile';
import { examplesOf } from '../examples/guide';

const examples = examplesOf('README.md').filter(({ name }) => name === undefined);

test('The stack of the README, and the function in it, compile as they stand against the package as it is published', () => {
  expect(examples).toHaveLength(2);
  compile(new Map(examples.map(({ line, code }) => [`line-${line}.mts`, code]))).remove();
});
