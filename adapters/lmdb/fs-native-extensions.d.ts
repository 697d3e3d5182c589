/** The one function used of a package that has no types of its own. */
declare module 'fs-native-extensions' {
  /** Locks a file for this process until its descriptor is closed. False if another process has it. */
  export function tryLock(fd: number): boolean;
}
