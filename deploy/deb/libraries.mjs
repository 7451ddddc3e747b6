/**
 * The packages of the C and C++ libraries that the addon is linked to, in the oldest versions that have its symbols. Read from the
 * addon itself, because dpkg-shlibdeps finds no library of an architecture that is not this machine's.
 */

/** First GCC with each symbol version: https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html */
const FIRST_GCC = { 28: '10', 29: '11', 30: '12', 31: '13.1', 32: '13.2', 33: '14' };

/** `readelf`: runs the tool with arguments and returns its output. */
export const libraryDependencies = (addon, readelf) => {
  const needed = Array.from(readelf('--dynamic', addon).matchAll(/NEEDED.*\[(.*)\]/g), ([, name]) => name);
  const versions = readelf('--version-info', addon);
  const newest = (pattern) => Math.max(...Array.from(versions.matchAll(pattern), ([, minor]) => Number(minor)));
  const gcc = FIRST_GCC[newest(/GLIBCXX_3\.4\.(\d+)/g)];
  if (gcc === undefined) throw new Error(`${addon}: its newest GLIBCXX version is not in the table of libraries.mjs`);
  return [
    `libc6 (>= 2.${newest(/GLIBC_2\.(\d+)/g)})`,
    ...(needed.includes('libgcc_s.so.1') ? ['libgcc-s1'] : []),
    `libstdc++6 (>= ${gcc})`,
  ];
};
