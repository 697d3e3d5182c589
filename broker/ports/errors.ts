/** A dependency failed. Nothing was done, or repeating it is harmless: the caller may try again. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** A dependency failed half-way: it may have done what it was asked, and doing it again may do it twice. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';
}

/** A page's cursor was not made by this store. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
