declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB in this process: no transactions, streams or TTL. Times are in milliseconds. */
  export default function dynalite(options?: { createTableMs?: number; deleteTableMs?: number }): Server;
}
