import { isIssuer } from '../../../../adapters/jwt';

it.each(['https://auth.example.com', 'https://example.com/realms/a', 'https://t.auth0.com/', 'http://127.0.0.1:8080'])(
  '%s can be an issuer',
  (text) => {
    expect(isIssuer(text)).toBe(true);
  },
);

it.each(['', 'example.com', 'http://auth.example.com', 'ftp://example.com', 'https://example.com?a=1', 'https://a#b'])(
  '%j cannot be one',
  (text) => {
    expect(isIssuer(text)).toBe(false);
  },
);
