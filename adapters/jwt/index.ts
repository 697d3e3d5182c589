export { isIssuer } from './discovery';
export { DEFAULT_CLAIMS, JwtCredentials, type JwtSettings } from './jwtCredentials';
