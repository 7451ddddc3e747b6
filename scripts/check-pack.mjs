// Runs before `npm pack`: the package must have the program, the kernel and the pages of the dashboard, which are built and not in git.
import { existsSync } from 'node:fs';

const missing = ['dist/cli/main.js', 'dist/kernel.wasm', 'dist/public/index.html', 'dist/public-hub/index.html'].filter(
  (file) => !existsSync(file),
);
if (missing.length > 0) {
  console.error(`${missing.join(' and ')} not found: "npm run build" makes them; it needs "npm ci" first`);
  process.exitCode = 1;
}
