import { type BundlingOptions, LogLevel, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';

/**
 * How the functions are bundled. The SDK goes in as well: it starts faster than the runtime's own, its version is the
 * one that was tested, and not every emulator has one.
 */
export const bundling: BundlingOptions = {
  logLevel: LogLevel.WARNING,
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.EXTERNAL,
  sourcesContent: false,
  mainFields: ['module', 'main'],
  // The SDK would load it for operations that stream, of which none is used.
  externalModules: ['@smithy/core/event-streams'],
  // What was written as CommonJS and calls `require` at run time finds none in a module otherwise.
  banner:
    "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
