/**
 * The compiled part of better-sqlite3 for a Debian architecture, made by node-gyp with Debian's compilers.
 *
 * It is linked without -lnode on every architecture: the program that loads it already has these symbols, a cross build has no
 * libnode to link, and without the entry in its dynamic section it also runs on the Node of another packager with the same ABI.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryDependencies } from './libraries.mjs';
import { run } from './run.mjs';

/** Of Debian 13's Node 20: https://nodejs.org/download/release/index.json, "modules". */
export const NODE_ABI = 115;

/**
 * By Debian's name of the architecture: Node's name, the prefix of the GNU tools, and the machine as `readelf -h` prints it.
 * armhf of Debian is ARMv7 with VFPv3-D16; the compiler has that as its default.
 */
export const ARCHITECTURES = {
  amd64: { node: 'x64', triplet: 'x86_64-linux-gnu', machine: 'Advanced Micro Devices X86-64' },
  arm64: { node: 'arm64', triplet: 'aarch64-linux-gnu', machine: 'AArch64' },
  armhf: { node: 'arm', triplet: 'arm-linux-gnueabihf', machine: 'ARM' },
};

/** Headers of Node 20: Debian's package libnode-dev, or /usr of Node's own archive. */
const HEADERS = '/usr/include/node';

const FLAGS = {
  // Debian's hardening flags; no path of the machine that builds in the file.
  CPPFLAGS: '-D_FORTIFY_SOURCE=2',
  CFLAGS: '-g0 -fstack-protector-strong -ffile-prefix-map=@=.',
  CXXFLAGS: '-g0 -fstack-protector-strong -ffile-prefix-map=@=.',
  LDFLAGS: '-Wl,-z,relro -Wl,-z,now -Wl,--build-id=none',
};

/** Path of the addon for `arch`. It is kept in node_modules/.cache under a hash of everything that makes it. */
export const buildAddon = (root, arch) => {
  const { node, triplet, machine } = ARCHITECTURES[arch];
  const abi = /define NODE_MODULE_VERSION (\d+)/.exec(read(join(HEADERS, 'node_version.h')))?.[1];
  if (Number(abi) !== NODE_ABI)
    throw new Error(`${HEADERS} has the ABI ${abi ?? 'of no Node'}; this package is for Node 20, ABI ${NODE_ABI}`);
  const tool = toolOf(arch, triplet);
  const source = join(root, 'node_modules/better-sqlite3');
  const compiler = run(tool('g++'), ['--version']).split('\n')[0];
  const parts = [
    arch,
    compiler,
    JSON.stringify(FLAGS),
    read(join(HEADERS, 'node_version.h')),
    read(join(source, 'package.json')),
  ];
  const key = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
  const cached = join(root, 'node_modules/.cache/zankyo-addon', `${key}-${arch}.node`);
  if (!existsSync(cached)) {
    const work = mkdtempSync(join(tmpdir(), 'zankyo-addon-'));
    try {
      const built = compile(source, work, node, tool);
      verify(built, machine, tool);
      mkdirSync(join(cached, '..'), { recursive: true });
      copyFileSync(built, cached);
    } finally {
      rmSync(work, { recursive: true });
    }
  }
  return { path: cached, compiler, dependencies: libraryDependencies(cached, (...args) => run(tool('readelf'), args)) };
};

const compile = (source, work, nodeArch, tool) => {
  for (const part of ['binding.gyp', 'package.json', 'deps', 'src'])
    cpSync(join(source, part), join(work, part), { recursive: true });
  // Debian's Node is a shared library, and its config.gypi asks for -lnode.
  const headers = join(work, 'node/include/node');
  cpSync(HEADERS, headers, { recursive: true, dereference: true });
  const config = read(join(headers, 'config.gypi'));
  writeFileSync(join(headers, 'config.gypi'), config.replace(/(['"]node_shared['"]: *['"])true/, '$1false'));
  const flags = Object.fromEntries(Object.entries(FLAGS).map(([name, text]) => [name, text.replace('@', work)]));
  const options = {
    cwd: work,
    env: { ...process.env, ...flags, CC: tool('gcc'), CXX: tool('g++'), AR: tool('ar'), LINK: tool('g++') },
  };
  run('node-gyp', ['configure', '--release', `--arch=${nodeArch}`, `--nodedir=${join(work, 'node')}`], options);
  // So does Debian's node-gyp, whatever the headers say.
  for (const name of readdirSync(join(work, 'build')).filter((file) => file.endsWith('.mk'))) {
    const file = join(work, 'build', name);
    writeFileSync(file, read(file).replace(/(?<=\s)-lnode\b/g, ''));
  }
  run('node-gyp', ['build', '--release', '--jobs=max'], options);
  const built = join(work, 'build/Release/better_sqlite3.node');
  run(tool('strip'), ['--strip-unneeded', '--remove-section=.comment', '--remove-section=.note', built]);
  return built;
};

/** Throws unless the file is for `machine` and needs no libnode. */
const verify = (file, machine, tool) => {
  const found = /Machine: +(.*)/.exec(run(tool('readelf'), ['--file-header', file]))?.[1];
  if (found !== machine) throw new Error(`${file} is for ${found}, not for ${machine}`);
  const needed = [...run(tool('readelf'), ['--dynamic', file]).matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name);
  if (needed.some((name) => name.startsWith('libnode'))) throw new Error(`${file} is linked to ${needed.join(', ')}`);
};

/** A GNU tool by its short name. On the machine's own architecture without prefix, where a prefixed one may be of another version. */
const toolOf = (arch, triplet) => {
  const own = run('dpkg', ['--print-architecture']).trim() === arch;
  return (name) => (own ? name : `${triplet}-${name}`);
};

const read = (path) => readFileSync(path, 'utf8');
