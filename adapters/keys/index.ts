export { FileKeys } from './fileKeys';
export { KeyCredentials } from './keyCredentials';
export { isKeyId, type NewKey, newKey, parseKey } from './secret';
