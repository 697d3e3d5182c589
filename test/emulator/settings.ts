import { join } from 'node:path';
import { portFrom } from './port';

/** The root of the repository. */
export const root = join(__dirname, '..', '..');

/** Everything that comes with the emulator, ignored by git: its virtual environment, log, pid and what was deployed. */
export const folder = join(root, '.emulator');

/** The port of the MiniStack that is started here. */
export const port = portFrom(process.env.EMULATOR_PORT);

/** An emulator of somebody else's, such as LocalStack, which is used as it is. */
export const foreignEndpoint = process.env.AWS_ENDPOINT_URL?.replace(/\/$/, '');

/** Where the AWS API of the emulator is. By number, for `localhost` is not 127.0.0.1 first on every machine. */
export const endpoint = foreignEndpoint ?? `http://127.0.0.1:${port}`;

/** For everything that talks to the emulator: its endpoint, and credentials that open nothing else. */
export function emulatorEnvironment(): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _, ...inherited } = process.env;
  const region = inherited.AWS_REGION ?? 'us-east-1';
  return {
    ...inherited,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: inherited.AWS_ENDPOINT_URL_S3 ?? endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
}

/** What MiniStack runs with. Its functions inherit all of it, so nothing about other deployments of Holdfast or AWS. */
export function ministackEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|HOLDFAST|NODE_OPTIONS)/.test(name));
  const there = { GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1' };
  return { ...Object.fromEntries(inherited), ...there };
}
