export * from './ambient';
export * from './reporter';
export * from './wakeUps';
