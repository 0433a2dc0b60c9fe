import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const NEVER = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: 'CallExpression[callee.property.name=/^\\$(query|execute)RawUnsafe$/]',
    message: 'Tagged templates only: raw strings let values become SQL.',
  },
];

const UNWITNESSED = ":not(:has(Property[key.name='witness']))";

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.rollcall/', 'libs/store/src/generated/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers in messages are counts and milliseconds; wrapping each in String() makes them harder to read.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest modules are empty classes that carry a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest types options as classes that everybody writes as literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only libs/config reads the environment.' },
      ],
      'no-restricted-syntax': ['error', ...NEVER],
    },
  },
  {
    files: ['libs/config/**', 'scripts/**', 'test/support/**'],
    rules: { 'no-restricted-properties': 'off' }, // the reader of the environment, and the scripts that set it for children
  },
  {
    files: ['*.config.ts', 'prisma.config.ts'],
    rules: { 'no-restricted-syntax': 'off' }, // tools ask for a default export
  },
  {
    files: ['**/*.spec.ts', 'test/**', '**/contract/**'],
    rules: { 'max-lines': 'off' }, // a table of cases is as long as its cases
  },
  {
    files: ['**/*.contract.spec.ts', 'libs/identity-provider/contract/**', 'test/e2e/**', 'test/support/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...NEVER,
        ...["[callee.name='startSimulators']", "[callee.object.name='RunningProvider']"].map((start) => ({
          selector: `CallExpression${start}${UNWITNESSED}`,
          message: 'Give it `witness: trafficWitness()`: the traffic of these rings is judged, all of it.',
        })),
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
);
