import { build } from '../build';

/** Builds the program that the tests run. */
export default (): void => build('program', 'client');
