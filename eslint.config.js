import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What the standard leaves to the engine. Math.sqrt, abs, floor and the like are exact. */
const ENGINE_MATH = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];

export default defineConfig(
  // The kernel is AssemblyScript, which its own compiler checks.
  { ignores: ['dist', 'coverage', 'reports', '.stryker-tmp', 'src/kernel'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Typed-array arithmetic is indexed throughout; a `for … of` with an index is slower and no clearer.
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // State and scores have the same bits on every machine: src/math/elementary.ts says why.
    files: ['src/{math,nn,detect}/**/*.ts', 'src/app/demo/**/*.ts', 'src/io/sqlite/history/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: `MemberExpression[object.name='Math'][property.name=/^(${ENGINE_MATH.join('|')})$/]`,
          message: 'Its last digit depends on the machine: take it from src/math/elementary.ts.',
        },
        {
          // 2 ** -54 is exact everywhere.
          selector: "BinaryExpression[operator='**']:not([left.value=2][right.type=/Literal|UnaryExpression/])",
          message:
            'Its last digit depends on the machine: take pow, square, cube or power2 from src/math/elementary.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', performance: 'readonly', URL: 'readonly' },
    },
  },
);
