import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';

/** What is in a token, beyond what every token of the provider has. */
export type Claims = Readonly<Record<string, unknown>>;

/** An OpenID Connect provider in this process: it publishes its configuration and its keys, and signs tokens. */
export interface Provider {
  readonly issuer: string;
  /** Signs a token for {@link AUDIENCE} that is good for an hour, unless its claims say otherwise. */
  token(claims: Claims): Promise<string>;
  /** Signs with a new key from now on, and publishes that besides the old ones. */
  rotate(algorithm?: string): Promise<void>;
  /** How often something was asked for, by the end of its path. */
  asked(what: 'openid-configuration' | 'jwks'): number;
  /** What it answers with from now on, in place of what was asked for; undefined: that again. */
  answer(status: number | undefined): void;
  close(): Promise<void>;
}

export const AUDIENCE = 'https://queue.example.com';

/** Starts a provider on a free port, with one key. */
export async function startProvider(algorithm = 'ES256'): Promise<Provider> {
  const issuer = new OAuth2Issuer();
  const { requestHandler } = new OAuth2Service(issuer);
  const paths: string[] = [];
  let status: number | undefined;
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (status === undefined) requestHandler(request, response);
    else response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer.url = url;
  let { kid } = await issuer.keys.generate(algorithm);
  return {
    issuer: url,
    token: (claims) =>
      issuer.buildToken({
        kid,
        scopesOrTransform: (_header, payload) => Object.assign(payload, { aud: AUDIENCE }, claims),
      }),
    rotate: async (next = algorithm) => {
      ({ kid } = await issuer.keys.generate(next));
    },
    asked: (what) => paths.filter((path) => path.endsWith(what)).length,
    answer: (next) => {
      status = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
