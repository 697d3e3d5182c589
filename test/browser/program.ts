/** The browser to drive. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
