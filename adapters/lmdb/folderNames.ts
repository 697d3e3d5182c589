/** Says that a folder is a data folder, and of which format. */
export const MARK = 'holdfast.json';
/** The mark while it is being written; renamed when it is whole. */
export const NEW_MARK = `${MARK}.new`;
/** Held by the process that uses the folder. */
export const LOCK = 'lock';
/** Where API keys are. */
export const KEYS = 'keys';

/**
 * Whether a folder with these names in it may be a data folder: it has the mark, or nothing but API keys and what an
 * interrupted first start leaves.
 */
export const mayBeDataFolder = (names: readonly string[]): boolean =>
  names.includes(MARK) || names.every((name) => [LOCK, NEW_MARK, KEYS].includes(name));
