import { availableParallelism } from 'node:os';

/** Packages that come as ES modules only; jest runs CommonJS. */
const ES_MODULES = [
  '@bomb\\.sh/tab',
  'jose',
  'is-plain-obj',
  'oauth2-mock-server',
  'string-width',
  'strip-ansi',
  'ansi-regex',
  'get-east-asian-width',
  'p-limit',
  'p-map',
  'yocto-queue',
];

const swc = ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }];

const project = (displayName, folders, extra = {}) => ({
  displayName,
  testEnvironment: 'node',
  roots: ['<rootDir>'],
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdk.out', '<rootDir>/.emulator'],
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  testPathIgnorePatterns: long,
  transform: { '\\.m?[jt]s$': swc },
  ...extra,
});

/** Those that take long, apart from the rest of their kind: `npm test` has three minutes. */
const LONG = [
  'contract/dynamodbEndpoint',
  'contract/dynamodbExpired',
  'contract/dynamodbFaults',
  'contract/names',
  'server/disk-full',
  'server/misuse',
  'server/slow-reader',
  'server/stalled',
  'server/torn-journal',
  'stack/commandLine',
  'stack/nag',
];
const long = LONG.map((name) => `<rootDir>/test/${name}.test.ts`);
/** Goes with the tests of the commands. */
const CLI_DOCS = '<rootDir>/test/docs/cli.test.ts';
const served = {
  globalSetup: '<rootDir>/test/server/globalSetup.ts',
  globalTeardown: '<rootDir>/test/server/globalTeardown.ts',
};

/** One project a kind of test; `npm test` and `npm run test:more` run those that need nothing but this folder. */
export default {
  // Some tests wait for processes and deadlines: more of them than cores keep these busy.
  maxWorkers: availableParallelism() + 1,
  // Four times jest's, for machines that are busy with more than this.
  testTimeout: 20_000,
  projects: [
    project('unit', ['unit']),
    project('contract', ['contract']),
    project('simulation', ['simulation']),
    project('server', ['server', 'conformance'], served),
    project('long', [], { ...served, testMatch: long, testPathIgnorePatterns: [] }),
    project('client', ['client'], { globalSetup: '<rootDir>/test/client/globalSetup.ts' }),
    project('chaos', ['chaos'], { globalSetup: '<rootDir>/test/client/globalSetup.ts' }),
    project('stack', ['stack'], { globalSetup: '<rootDir>/test/stack/build.ts' }),
    project('package', ['package'], { globalSetup: '<rootDir>/test/client/globalSetup.ts' }),
    project('cli', [], {
      globalSetup: '<rootDir>/test/cli/build.ts',
      testMatch: ['<rootDir>/test/cli/**/*.test.ts', CLI_DOCS],
    }),
    project('examples', ['examples'], { globalSetup: '<rootDir>/test/client/globalSetup.ts' }),
    project('browser', ['browser'], { globalSetup: '<rootDir>/test/browser/globalSetup.ts' }),
    project('fuzz', ['fuzz'], served),
    project('docs', ['docs'], {
      globalSetup: '<rootDir>/test/client/globalSetup.ts',
      testPathIgnorePatterns: [CLI_DOCS],
    }),
    project('cost', ['cost']),
    project('conformance', ['conformance']),
    project('emulator', ['emulator', 'conformance'], { globalSetup: '<rootDir>/test/emulator/globalSetup.ts' }),
  ],
};
