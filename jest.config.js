const shared = {
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.mjs' },
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/sandbox/actions/'],
};

/** unit needs nothing but Node; sandbox needs the cluster of `npm run sandbox -- up`. */
export default {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/test/architecture.test.ts',
        '<rootDir>/test/{domain,steps,runtime,adapters,wiring,actions,project}/**/*.test.ts',
      ],
      testPathIgnorePatterns: ['\\.sandbox\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'sandbox',
      testMatch: [
        '<rootDir>/test/{sandbox,sandbox-parts,e2e}/**/*.test.ts',
        '<rootDir>/test/**/*.sandbox.test.ts',
      ],
    },
  ],
};
