import { sharedMemory } from '../../../../adapters/lambda/sharedMemory';

/** Whoever waits for shares of a memory with room for 100 messages, and who has got one, in order. */
function asking() {
  const memory = sharedMemory(100);
  const served: string[] = [];
  const ask = async (name: string, messages: number) => {
    const share = await memory.take(messages);
    served.push(name);
    return share;
  };
  return { ask, served };
}

const soon = () => new Promise(setImmediate);

it('is shared by as many as it has room for, and by the others in turn', async () => {
  const { ask, served } = asking();
  const [first] = await Promise.all([ask('a', 60), ask('b', 40)]);
  const others = [ask('c', 50), ask('d', 1)];
  await soon();
  expect(served).toEqual(['a', 'b']);
  first?.free();
  await Promise.all(others);
  expect(served).toEqual(['a', 'b', 'c', 'd']);
});

it('is given back in part as soon as less will do, and each part once', async () => {
  const { ask, served } = asking();
  const large = await ask('a', 100);
  void ask('b', 70);
  large.keep(31);
  large.keep(90);
  await soon();
  expect(served).toEqual(['a']);
  large.keep(30);
  await soon();
  expect(served).toEqual(['a', 'b']);
  void ask('c', 31);
  large.free();
  large.free();
  await soon();
  expect(served).toEqual(['a', 'b']);
});

it('is all for one who wants more than there is, and something for one who wants nothing', async () => {
  const { ask, served } = asking();
  const all = await ask('a', 5_000);
  void ask('b', 0);
  await soon();
  expect(served).toEqual(['a']);
  all.free();
  await soon();
  expect(served).toEqual(['a', 'b']);
});
