/**
 * npm run sbom: what the program is made of, as CycloneDX 1.6 in JSON on standard output, for a scanner of known
 * vulnerabilities. Read from package-lock.json alone: no network, and the same lock file gives the same bytes.
 *
 * https://cyclonedx.org/docs/1.6/json/
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

const ROOT = '';
const FOLDER = 'node_modules/';

/** Where a package is installed, in the way of Node: the nearest node_modules on the way up from `from`. */
const resolve = (from, name) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${FOLDER}`)))) {
    const path = `${folder === ROOT ? '' : `${folder}/`}${FOLDER}${name}`;
    if (path in lock.packages) return path;
    if (folder === ROOT) return null;
  }
};

const nameOf = (path) => path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);

/** https://github.com/package-url/purl-spec: the @ of a scope is encoded, its slash is not. */
const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const licence = (text) => [/[ (]/.test(text) ? { expression: text } : { license: { id: text } }];

/** `sha512-` and base64 in the lock file, hexadecimal in CycloneDX. */
const hashes = (integrity) =>
  integrity.split(' ').map((hash) => {
    const [algorithm, base64] = hash.split(/-(.*)/);
    return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(base64, 'base64').toString('hex') };
  });

const component = (path) => {
  const { version, license, integrity } = lock.packages[path];
  const full = nameOf(path);
  const [name, group] = full.split('/').reverse();
  return {
    type: 'library',
    'bom-ref': path,
    ...(group === undefined ? {} : { group }),
    name,
    version,
    scope: 'required',
    hashes: hashes(integrity),
    licenses: licence(license),
    purl: purl(full, version),
  };
};

const dependsOn = (path) => {
  const { dependencies, optionalDependencies, peerDependencies } = lock.packages[path];
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .map((name) => resolve(path, name))
    .filter((found) => installed.includes(found))
    .sort();
};

const { name, version, license } = lock.packages[ROOT];
const installed = Object.keys(lock.packages)
  .filter((path) => path !== ROOT && !lock.packages[path].dev)
  .sort();

const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      'bom-ref': name,
      name,
      version,
      licenses: licence(license),
      purl: purl(name, version),
    },
  },
  // A package is referred to by where it is installed: one version may be there twice, with other dependencies.
  components: installed.map(component),
  dependencies: [
    { ref: name, dependsOn: dependsOn(ROOT) },
    ...installed.map((path) => ({ ref: path, dependsOn: dependsOn(path) })),
  ],
};
console.log(JSON.stringify(bom, null, 2));
