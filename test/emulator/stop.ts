import { main, say } from './run';

main(async () => {
  const { stop } = await import('./ministack');
  say((await stop()) ? 'The emulator has ended.' : 'No emulator of ours is running.');
});
