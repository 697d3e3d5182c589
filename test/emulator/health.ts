import { connect } from 'node:net';

/**
 * What answers at an endpoint: MiniStack, another emulator with LocalStack's health check, something else, or nothing.
 */
export type Answering = 'ministack' | 'localstack' | 'other' | 'nothing';

export async function answering(endpoint: string): Promise<Answering> {
  if (await healthy(`${endpoint}/_ministack/health`)) return 'ministack';
  if (await healthy(`${endpoint}/_localstack/health`)) return 'localstack';
  return (await listening(endpoint)) ? 'other' : 'nothing';
}

async function healthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return response.ok && 'services' in ((await response.json()) as object);
  } catch {
    return false;
  }
}

function listening(endpoint: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}
