export { Alarms } from './alarms';
export { Api } from './api';
export { type Auth, AuthNotChosen, type JwtAuth } from './auth';
export { Functions } from './functions';
export { Holdfast } from './holdfast';
export type { HoldfastProps } from './holdfastProps';
export { HoldfastStack, type HoldfastStackProps } from './holdfastStack';
export { Tables } from './tables';
export { WakeUps } from './wakeUps';
