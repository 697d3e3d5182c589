import type { Credentials } from '../../broker/ports';
import { JwtCredentials } from '../jwt/jwtCredentials';
import { variable } from './environment';
import { lazily } from './lazily';

const made = lazily(
  () =>
    new JwtCredentials({
      issuer: variable('HOLDFAST_JWT_ISSUER'),
      audience: variable('HOLDFAST_JWT_AUDIENCE').split(','),
      clientClaim: variable('HOLDFAST_JWT_CLIENT_CLAIM'),
      grantsClaim: variable('HOLDFAST_JWT_GRANTS_CLAIM'),
    }),
);

/** Tokens, as this deployment trusts them. The keys of their issuer are kept for as long as the process lives. */
export const tokenCredentials: Credentials = { verify: (text, now) => made().verify(text, now) };
