/** Says that a folder is a data folder, and of which format. */
export const MARK = 'holdfast.json';
/** What becomes the mark when it is whole. */
export const NEW_MARK = `${MARK}.new`;
/** Held by the process that uses the folder. */
export const LOCK = 'lock';
/** Where API keys are. */
export const KEYS = 'keys';

/**
 * Whether a folder with these in it may be a data folder: it says that it is one, or has nothing but what a start that
 * was cut off may have left, and API keys that were made before it.
 */
export const mayBeDataFolder = (names: readonly string[]): boolean =>
  names.includes(MARK) || names.every((name) => [LOCK, NEW_MARK, KEYS].includes(name));
