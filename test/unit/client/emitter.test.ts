import { Emitter } from '../../../client/emitter';

it('tells those who listen, until they stop', () => {
  const emitter = new Emitter<{ gap: number }>();
  const heard: number[] = [];
  const stop = emitter.on('gap', (gap) => heard.push(gap));
  emitter.on('gap', (gap) => heard.push(gap * 10));
  emitter.emit('gap', 1);
  stop();
  emitter.emit('gap', 2);
  expect(heard).toEqual([1, 10, 20]);
});

it('does without anybody who listens', () => {
  expect(() => new Emitter<{ gap: number }>().emit('gap', 1)).not.toThrow();
});
