const swc = {
  swcrc: false,
  module: { type: 'es6' },
  sourceMaps: 'inline',
  jsc: {
    target: 'es2024',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  // Suites that need real servers end in .servers.spec.ts and run under `npm run test:servers`.
  testMatch: process.env.DACAPO_TEST_SERVERS ? ['**/*.servers.spec.ts'] : ['**/*.spec.ts', '!**/*.servers.spec.ts'],
  modulePathIgnorePatterns: ['/dist/', '/.servers/'],
  extensionsToTreatAsEsm: ['.ts'],
  // With a planted mistake (test/planted) one of the files is another.
  transform: {
    '^.+\\.ts$': [process.env.DACAPO_PLANTED ? '<rootDir>/test/planted/transformer.mjs' : '@swc/jest', swc],
  },
  moduleNameMapper: {
    '^@dacapo/sdk/([^/]+)$': '<rootDir>/libs/sdk/src/$1/index.ts',
    '^@dacapo/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testTimeout: 20_000,
};
