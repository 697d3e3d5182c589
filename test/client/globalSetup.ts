import { build, PARTS } from '../build';

/** Builds the client as it is published, and the server that it is tried against. */
export default (): void => build(...PARTS);
