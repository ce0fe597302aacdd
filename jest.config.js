const shared = {
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/sandbox/actions/'],
};

/**
 * unit needs nothing but Node; parts needs the machine's real tools (registries, databases, storage, sshd, Docker); sandbox
 * needs the cluster of `npm run sandbox -- up`, too.
 */
export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/test/architecture.test.ts',
        '<rootDir>/test/{domain,steps,runtime,adapters,wiring,actions,project}/**/*.test.ts',
      ],
      testPathIgnorePatterns: ['\\.(sandbox|parts)\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'parts',
      testMatch: ['<rootDir>/test/sandbox-parts/**/*.test.ts', '<rootDir>/test/**/*.parts.test.ts'],
    },
    {
      ...shared,
      displayName: 'sandbox',
      testMatch: ['<rootDir>/test/sandbox/**/*.test.ts', '<rootDir>/test/**/*.sandbox.test.ts'],
    },
  ],
};
