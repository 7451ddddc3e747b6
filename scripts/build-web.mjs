// Builds the pages of the dashboard from src/web into dist/public: one entry, and one file for each page, loaded when it is opened.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const SOURCE = 'src/web';
const PUBLIC = 'dist/public';
/** Packages whose code is in the files. */
const BUNDLED = ['preact', 'htm', 'uplot'];

rmSync(PUBLIC, { recursive: true, force: true });
mkdirSync(PUBLIC, { recursive: true });
const bundle = await rolldown({ input: { main: `${SOURCE}/main.ts` }, platform: 'browser', treeshake: true });
const { output } = await bundle.write({
  dir: PUBLIC,
  format: 'esm',
  minify: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});
await bundle.close();

/** A file and those that it needs before it runs. */
const needed = (name) => {
  const { imports } = output.find(({ fileName }) => fileName === name);
  return [name, ...imports.flatMap(needed)];
};
// The browser fetches the files of the first page at once, not one after the other as it comes upon them.
const preloads = [...new Set(['main.js', 'now.js'].flatMap(needed))].map(
  (name) => `<link rel="modulepreload" href="${name}" />`,
);
const page = readFileSync(`${SOURCE}/index.html`, 'utf8');
writeFileSync(
  `${PUBLIC}/index.html`,
  page.replace('<link rel="icon"', `${preloads.join('\n    ')}\n    <link rel="icon"`),
);
cpSync(`${SOURCE}/icon.svg`, `${PUBLIC}/icon.svg`);
const styles = [`${SOURCE}/style.css`, 'node_modules/uplot/dist/uPlot.min.css'];
writeFileSync(
  `${PUBLIC}/style.css`,
  styles
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\n\s*/g, '\n'),
);
writeFileSync(
  `${PUBLIC}/licenses.txt`,
  BUNDLED.map((name) => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`;
  }).join('\n---\n\n'),
);

// The pages of a hub: one file, with the same style.
const HUB = 'dist/public-hub';
rmSync(HUB, { recursive: true, force: true });
mkdirSync(HUB, { recursive: true });
const hub = await rolldown({ input: { main: `${SOURCE}/hub/main.ts` }, platform: 'browser', treeshake: true });
await hub.write({ dir: HUB, format: 'esm', minify: true, entryFileNames: '[name].js' });
await hub.close();
writeFileSync(`${HUB}/index.html`, page);
for (const file of ['icon.svg', 'style.css', 'licenses.txt']) cpSync(`${PUBLIC}/${file}`, `${HUB}/${file}`);
