import { build } from '../build';

/** Bundles the functions, which the stack looks for. */
export default (): void => build('lambdas');
