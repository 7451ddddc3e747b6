/**
 * npm run deb -- [--arch amd64|arm64|armhf] [--out DIRECTORY] [--version X]
 *
 * Builds zankyo_<version>_<arch>.deb. It contains the program with its packages and the addon of better-sqlite3 for Debian 13's
 * Node 20, so that an installation needs no compiler and no npm. The same tree, compiler and SOURCE_DATE_EPOCH (by default the
 * time of the last commit) give the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ARCHITECTURES, buildAddon, NODE_ABI } from './addon.mjs';
import { copyrightFile } from './copyright.mjs';
import { copyProgram } from './program.mjs';
import { run } from './run.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: run('dpkg', ['--print-architecture']).trim() },
    out: { type: 'string', default: root },
    version: { type: 'string', default: manifest.version },
    maintainer: { type: 'string', default: 'zankyo developers <zankyo@example.org>' },
  },
});
const { arch, maintainer } = values;
if (!(arch in ARCHITECTURES))
  throw new Error(`--arch ${arch}: expected one of ${Object.keys(ARCHITECTURES).join(', ')}`);
/** The last number is the revision of the package: it grows when the package changes and the program does not. */
const version = `${values.version}-1`;

const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct'], { cwd: root }));
const stage = mkdtempSync(join(tmpdir(), 'zankyo-deb-'));

const LIBRARY = 'usr/lib/zankyo';
const DOC = 'usr/share/doc/zankyo';

/** Makes the directories above a path of the package. */
const at = (path) => {
  mkdirSync(dirname(join(stage, path)), { recursive: true });
  return join(stage, path);
};
const write = (path, text) => writeFileSync(at(path), text);
const copy = (from, path) => cpSync(join(root, from), at(path), { recursive: true });
/** Without a name and a time in its head; level 9 as Debian's policy asks. */
const gzip = (path, text) => write(path, gzipSync(text, { level: 9 }));
const text = (from) => readFileSync(join(root, from), 'utf8');

const program = () => {
  const addon = buildAddon(root, arch);
  copyProgram(root, join(stage, LIBRARY), { addon: addon.path, version: values.version });
  // Debian's Node, not the first one of a user's PATH: the addon fits one ABI.
  const main = join(stage, LIBRARY, 'dist/cli/main.js');
  writeFileSync(main, readFileSync(main, 'utf8').replace(/^#!.*/, '#!/usr/bin/node'));
  mkdirSync(join(stage, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/zankyo/dist/cli/main.js', join(stage, 'usr/bin/zankyo'));
  return addon;
};

/** The units of deploy/ with the paths of the package. */
const units = () => {
  for (const name of readdirSync(join(root, 'deploy')).filter((file) => file.endsWith('.service'))) {
    const unit = text(`deploy/${name}`)
      .replaceAll('file:///opt/zankyo/README.md', `man:zankyo(1) file:///${DOC}/README.md`)
      .replaceAll('/opt/zankyo', `/${LIBRARY}`);
    if (unit.includes('/opt/')) throw new Error(`${name} names a path below /opt that is not in the package`);
    write(`usr/lib/systemd/system/${name}`, unit);
  }
};

const helpers = () => {
  const completion = (shell) =>
    execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'completion', shell], { encoding: 'utf8' });
  write('usr/share/bash-completion/completions/zankyo', completion('bash'));
  write('usr/share/zsh/vendor-completions/_zankyo', completion('zsh'));
  write('usr/share/fish/vendor_completions.d/zankyo.fish', completion('fish'));
  gzip('usr/share/man/man1/zankyo.1.gz', text('deploy/man/zankyo.1'));
};

const documents = () => {
  copy('README.md', `${DOC}/README.md`);
  for (const page of readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')))
    copy(`docs/${page}`, `${DOC}/docs/${page}`);
  copy('deploy/prometheus', `${DOC}/examples/prometheus`);
  copy('deploy/grafana', `${DOC}/examples/grafana`);
  symlinkSync('../../../../lib/zankyo/config', join(stage, DOC, 'examples/config'));
  gzip(`${DOC}/changelog.gz`, text('CHANGELOG.md'));
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `zankyo (${version}) trixie; urgency=medium\n\n  * Package of zankyo ${values.version}. changelog.gz has what changes for the operator.\n\n`;
  gzip(`${DOC}/changelog.Debian.gz`, `${entry} -- ${maintainer}  ${date}\n`);
  write(`${DOC}/copyright`, copyrightFile(root, LIBRARY));
  cpSync(join(here, 'lintian-overrides'), at('usr/share/lintian/overrides/zankyo'));
};

const configuration = () => {
  const first =
    '# An example. "sudo zankyo init -o /etc/zankyo/site.yaml" writes a site file for your broker; the service reads that one.\n';
  const schema = `# yaml-language-server: $schema=/${LIBRARY}/config/zankyo.schema.json`;
  write(
    'etc/zankyo/site.yaml.example',
    first + text('config/minimal.yaml').replace(/^# yaml-language-server:.*$/m, schema),
  );
};

const isFolder = (entry) => entry.isDirectory() && entry.name !== 'DEBIAN';
const entries = (folder) => readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
const folders = (folder = stage) =>
  entries(folder)
    .filter(isFolder)
    .flatMap(({ name }) => [join(folder, name), ...folders(join(folder, name))]);
/** Regular files and links. */
const files = (folder = stage) =>
  [folder, ...folders(folder)].flatMap((each) =>
    entries(each)
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(each, name)),
  );
const isLink = (file) => lstatSync(file).isSymbolicLink();

/** In KiB, Policy 5.6.20: files in whole KiB, and 1 KiB for each directory. */
const installedSize = () =>
  files().reduce((sum, file) => sum + Math.ceil(lstatSync(file).size / 1024), folders().length);

const control = (addon) => {
  const depends = [
    'nodejs (>= 20.19), nodejs (<< 21)',
    // The addon is for the ABI of this library: without it an upgrade of nodejs would break the service.
    `libnode${NODE_ABI}`,
    ...addon.dependencies,
  ];
  write(
    'DEBIAN/control',
    [
      'Package: zankyo',
      `Version: ${version}`,
      `Architecture: ${arch}`,
      `Maintainer: ${maintainer}`,
      `Installed-Size: ${installedSize()}`,
      `Depends: ${depends.join(', ')}`,
      'Suggests: mosquitto',
      'Section: misc',
      'Priority: optional',
      'Description: detects anomalies in sensor readings over MQTT',
      ' zankyo receives the readings of sensors over MQTT, learns with every reading',
      ' what is normal for each of them, and publishes an alert when a reading is not.',
      ' It needs no training data and runs on a Raspberry Pi.',
      ' .',
      ' The package contains the JavaScript packages that the program runs on.',
      '',
    ].join('\n'),
  );
  write(
    'DEBIAN/conffiles',
    files(join(stage, 'etc'))
      .map((file) => `/${relative(stage, file)}\n`)
      .join(''),
  );
  for (const script of ['postinst', 'prerm', 'postrm']) cpSync(join(here, script), at(`DEBIAN/${script}`));
  const sum = (file) => createHash('md5').update(readFileSync(file)).digest('hex');
  const listed = files().filter((file) => !relative(stage, file).startsWith('etc/') && !isLink(file));
  write('DEBIAN/md5sums', listed.map((file) => `${sum(file)}  ${relative(stage, file)}\n`).join(''));
};

/** Modes and times that do not come from the umask and the clock of this machine. */
const normalise = () => {
  const scripts = new Set(['postinst', 'prerm', 'postrm'].map((name) => join(stage, 'DEBIAN', name)));
  const executable = new Set([...scripts, join(stage, LIBRARY, 'dist/cli/main.js')]);
  const control = readdirSync(join(stage, 'DEBIAN')).map((name) => join(stage, 'DEBIAN', name));
  for (const file of [...files(), ...control]) if (!isLink(file)) chmodSync(file, executable.has(file) ? 0o755 : 0o644);
  for (const folder of [stage, join(stage, 'DEBIAN'), ...folders()]) chmodSync(folder, 0o755);
  for (const path of [...files(), ...control, ...folders().reverse(), join(stage, 'DEBIAN'), stage])
    lutimesSync(path, epoch, epoch);
};

try {
  const addon = program();
  units();
  helpers();
  documents();
  configuration();
  control(addon);
  normalise();
  const out = join(resolve(values.out), `zankyo_${version}_${arch}.deb`);
  mkdirSync(dirname(out), { recursive: true });
  // One thread: several would cut the data into blocks by their number.
  run('dpkg-deb', ['--root-owner-group', '--threads-max=1', '-Zxz', '--build', stage, out], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  const size = lstatSync(out).size;
  console.error(
    `${(size / 1e6).toFixed(1)} MB, ${(installedSize() / 1024).toFixed(0)} MiB installed, addon by ${addon.compiler}`,
  );
  console.log(out);
} finally {
  rmSync(stage, { recursive: true });
}
