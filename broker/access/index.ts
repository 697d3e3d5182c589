export * from './admit';
export * from './clientPattern';
export * from './grants';
export * from './identity';
export * from './pattern';
export * from './permit';
