export { isIssuer } from './discovery';
export { JwtCredentials } from './jwtCredentials';
export { DEFAULT_CLAIMS, type JwtSettings } from './settings';
