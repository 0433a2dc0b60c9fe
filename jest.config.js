/** One configuration for every ring; test/README.md says which folder is which ring. */
const transform = {
  '^.+\\.ts$': ['@swc/jest'],
};

/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  testEnvironment: 'node',
  // 'source' makes the subpath imports of package.json resolve to TypeScript. Adding 'import' breaks CommonJS dependencies.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
  testMatch: ['<rootDir>/{apps,libs,test,scripts,bench}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.rollcall/'],
  testTimeout: 30_000,
};
