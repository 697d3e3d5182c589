export * from './closing';
export * from './encode';
export * from './errors';
export * from './frames';
export * from './handshake';
export * from './origin';
export * from './parse';
export { type Action, type Request, type RequestOf, requestSchema } from './requests';
