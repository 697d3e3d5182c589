import { type Command, InvalidArgumentError, Option } from 'commander';
// Imports nothing that checks tokens: the command line loads these options for its help too.
import { isIssuer } from '../adapters/jwt/discovery';
import { DEFAULT_CLAIMS } from '../adapters/jwt/settings';
import { isLoopback } from './loopback';

/** Who may connect. */
export interface AuthOptions {
  readonly auth: 'none' | 'keys' | 'jwt';
  readonly jwtIssuer?: string;
  readonly jwtAudience?: readonly string[];
  readonly jwtClientClaim: string;
  readonly jwtGrantsClaim: string;
  /** Lets anybody in from other machines too, knowingly. */
  readonly insecure?: boolean;
}

function issuer(text: string): string {
  if (!isIssuer(text)) throw new InvalidArgumentError('It must be a URL such as https://auth.example.com.');
  return text;
}

function list(text: string): string[] {
  const all = text.split(',').map((one) => one.trim());
  if (all.includes('')) throw new InvalidArgumentError('It must not be empty.');
  return all;
}

function claim(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

/** Adds the options that say who may connect. */
export function addAuthOptions(command: Command): Command {
  const option = (flags: string, description: string, variable: string) => new Option(flags, description).env(variable);
  return (
    command
      .addOption(
        option('--auth <kind>', 'who may connect: everybody, or who has an API key or a token', 'HOLDFAST_AUTH')
          .choices(['none', 'keys', 'jwt'])
          .default('none'),
      )
      .addOption(
        option(
          '--jwt-issuer <url>',
          'whose tokens are good: an OpenID Connect provider',
          'HOLDFAST_JWT_ISSUER',
        ).argParser(issuer),
      )
      .addOption(option('--jwt-audience <list>', 'for whom they must be', 'HOLDFAST_JWT_AUDIENCE').argParser(list))
      .addOption(
        option('--jwt-client-claim <name>', 'where they name the client', 'HOLDFAST_JWT_CLIENT_CLAIM')
          .default(DEFAULT_CLAIMS.clientClaim)
          .argParser(claim),
      )
      .addOption(
        option('--jwt-grants-claim <name>', 'where they say what it may do', 'HOLDFAST_JWT_GRANTS_CLAIM')
          .default(DEFAULT_CLAIMS.grantsClaim)
          .argParser(claim),
      )
      // Not settable by the environment, where it would be forgotten.
      .addOption(new Option('--insecure', 'listen to other machines although everybody may connect'))
  );
}

/** What is wrong with the options taken together, and what to do; undefined if nothing is. */
export function conflictOf({ host, ...options }: AuthOptions & { readonly host: string }): string | undefined {
  const { auth, jwtIssuer, jwtAudience, insecure } = options;
  if (auth === 'jwt' && (jwtIssuer === undefined || jwtAudience === undefined))
    return '--auth jwt needs --jwt-issuer and --jwt-audience';
  if (auth !== 'jwt' && (jwtIssuer !== undefined || jwtAudience !== undefined))
    return '--jwt-issuer and --jwt-audience are for --auth jwt: add that, or leave them out';
  if (auth === 'none' && !isLoopback(host) && !insecure)
    return `--host ${host} would let in whoever reaches it: choose --auth keys or --auth jwt, or add --insecure to do so knowingly`;
  return undefined;
}
