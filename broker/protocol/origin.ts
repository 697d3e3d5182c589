/** In a list of origins: pages from anywhere. */
export const EVERY_ORIGIN = '*';
/** In a list of origins: pages that this machine serves itself, such as one in development. */
export const LOOPBACK_ORIGIN = 'loopback';

const LOOPBACK_HOST = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a connection may be made that says where it comes from. Browsers always say, and a page cannot lie about it (RFC
 * 6455, 10.2); programs need not, and are not kept out by this. A page in a frame without an origin says `null`, and is
 * let in by `*` only. Host names of the request are no help here: a page's own name may be made to lead to this machine.
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
