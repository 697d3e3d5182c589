/** In a list of origins: pages from anywhere. */
export const EVERY_ORIGIN = '*';
/** In a list of origins: pages that this machine serves itself, such as one in development. */
export const LOOPBACK_ORIGIN = 'loopback';

const LOOPBACK_HOST = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a page of this origin may connect. Browsers always send the header, and a page cannot forge it (RFC 6455,
 * 10.2). Programs need not send it, and are let in without. A page in a frame without an origin sends `null`, which
 * only `*` lets in. The host name of the request is not checked: the name of a hostile page can be made to resolve to
 * this machine.
 *
 * @param origin the header; undefined if there is none.
 * @param allowed origins as browsers write them, `*` or `loopback`.
 */
export function admitsOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(EVERY_ORIGIN)) return true;
  const given = origin.toLowerCase();
  if (given === 'null') return false;
  return allowed.some((one) => (one === LOOPBACK_ORIGIN ? isLoopback(given) : one.toLowerCase() === given));
}

function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK_HOST.test(new URL(origin).hostname);
}

/** Whether this may stand in a list of origins: a scheme and a host, and no path. */
export const isOriginPattern = (text: string): boolean =>
  text === EVERY_ORIGIN || text === LOOPBACK_ORIGIN || /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,]+$/i.test(text);
