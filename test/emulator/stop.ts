import { stop } from './ministack';

stop().then((was) => process.stderr.write(was ? 'The emulator has ended.\n' : 'No emulator of ours is running.\n'));
