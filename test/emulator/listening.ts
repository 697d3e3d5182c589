import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The state of a socket that listens, in `/proc/net/tcp`. */
const LISTENS = '0A';

/**
 * Whether a process listens at a port of this machine; undefined where the system does not tell, for it has no /proc.
 */
export function listensAt(pid: number, port: number): boolean | undefined {
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listenersAt(port));
  try {
    const opened = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
    return sockets.some((inode) => opened.includes(`socket:[${inode}]`));
  } catch {
    return process.platform === 'linux' ? false : undefined;
  }
}

const listenersAt = (port: number) => (table: string) => {
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTENS && Number.parseInt(local?.split(':')[1] ?? '', 16) === port)
      .flatMap(({ 9: inode }) => inode ?? []);
  } catch {
    return [];
  }
};

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
