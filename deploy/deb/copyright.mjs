/**
 * debian/copyright, made from the tree: each package with its version, its origin and the text of its licence.
 * https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licencesOf, runtimePackages } from './program.mjs';

/** Debian has these texts once for all packages; a long one is referred to. */
const COMMON = { 'Apache-2.0': 'Apache-2.0', 'MPL-2.0': 'MPL-2.0' };

export const copyrightFile = (root, libraryFolder) => {
  const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const stanzas = [
    [
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
      `Upstream-Name: ${ours.name}`,
      'Comment: Made by deploy/deb/build.mjs from the packages that are in this one.',
    ],
    [
      'Files: *',
      `Copyright: ${holders(licence(root, '.'), ours.name)}`,
      `License: ${ours.license}-zankyo`,
      text(licence(root, '.')),
    ],
  ];
  for (const { path, manifest } of runtimePackages(root)) {
    const { name, version, license } = manifest;
    const words = licence(root, path);
    stanzas.push([
      `Files: ${libraryFolder}/${path}/*`,
      `Copyright: ${holders(words, name)}`,
      // One name for one text: the texts of "MIT" differ in their holders.
      `License: ${license.replace(/[()]/g, '').replaceAll(' OR ', ' or ')}`.replace(/( or |$)/g, `-${slug(name)}$1`),
      text(
        license in COMMON ? `On Debian systems the text is in /usr/share/common-licenses/${COMMON[license]}.` : words,
      ),
      `Comment: ${name} ${version}, ${origin(manifest)}`,
    ]);
  }
  // SQLite itself is compiled into the addon.
  stanzas.push([
    `Files: ${libraryFolder}/node_modules/better-sqlite3/build/*`,
    'Copyright: none, SQLite is in the public domain; better-sqlite3 as above',
    'License: public-domain',
    text('All code of SQLite is dedicated to the public domain by its authors, https://sqlite.org/copyright.html'),
  ]);
  return `${stanzas.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

const licence = (root, path) => {
  const files = licencesOf(root, path);
  if (files.length === 0) return licenceInReadme(root, path);
  return files.map((file) => readFileSync(join(root, path, file), 'utf8').trim()).join('\n\n');
};

/** The part of the README under "License", as pg-types and pgpass have it. Throws where it names no holder or has no permission. */
const licenceInReadme = (root, path) => {
  const [, words] = /^#+ *licen[cs]e *\n([^#]+)$/im.exec(readFileSync(join(root, path, 'README.md'), 'utf8')) ?? [];
  if (!/^copyright .*\d{4}/im.test(words ?? '') || !words.includes('Permission is hereby granted'))
    throw new Error(`${path} has no licence file, and its README.md has not the words of a licence`);
  return words.trim();
};

/** The lines of the text that name the holders; where it names none, the package. */
const holders = (words, name) => {
  const lines = words
    .split('\n')
    .map((line) => line.replace(/^[\s*#>]+/, '').trim())
    .filter(
      (line) =>
        /^(copyright|\(c\)|©)\s/i.test(line) &&
        /\d{4}|©|\(c\)/i.test(line) &&
        !line.includes('[yyyy]') &&
        !line.includes('{yyyy}'),
    )
    .map((line) => line.replace(/^copyright:?\s*/i, '').replace(/^(\(c\)|©)\s*/i, ''));
  return lines.length === 0 ? `the authors of ${name}` : [...new Set(lines)].join('\n ');
};

/** A text in a field of several lines: indented by one space, an empty line is a dot. */
const text = (words) =>
  words
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd().replace(/\t/g, '    ')}`))
    .join('\n');

const slug = (name) => name.replace(/^@/, '').replace(/[^\w.]+/g, '-');

const origin = ({ repository, homepage, name }) => {
  const url = typeof repository === 'string' ? repository : (repository?.url ?? homepage ?? name);
  return url
    .replace(/^git\+/, '')
    .replace(/^git:/, 'https:')
    .replace(/^github:/, 'https://github.com/');
};
