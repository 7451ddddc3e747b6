/** The version of better-sqlite3 for a Node of which older ones end the process. Written in docs/platforms.md too. */
const NEEDED = '13.2.0';

/**
 * Why this version of better-sqlite3 must not run on this version of Node, and the remedy; null if it may. From Node 24 on, versions
 * below 13 abort the process when a closed database or statement is collected as garbage, at any time: node::ObjectWrap, their base,
 * removes a hook of an environment that is not entered then (`RemoveEnvironmentCleanupHook`, "env != nullptr").
 */
export const addonProblem = (node: string, addon: string, folder: string): string | null =>
  majorOf(node) >= 24 && majorOf(addon) < 13
    ? `better-sqlite3 ${addon} crashes on Node ${node}: ${newerAddon(folder)}`
    : null;

const newerAddon = (folder: string): string =>
  isPackaged(folder)
    ? DEBIAN_NODE
    : `run "npm install --no-save better-sqlite3@${NEEDED}" in ${folder}, or use Node 20 or 22`;

/** Where deploy/deb/build.mjs and the container put the program: its addon is part of it, and npm is not there. */
const PACKAGED = '/usr/lib/zankyo';
const isPackaged = (folder: string): boolean => folder === PACKAGED;
const DEBIAN_NODE =
  'the package zankyo is made for the Node of Debian: run "sudo apt install --reinstall nodejs zankyo", and start it with /usr/bin/node';

/** What to do where the compiled addon of an installation in `folder` cannot be loaded. */
export function addonRemedy(folder: string): string {
  if (isPackaged(folder)) return DEBIAN_NODE;
  const compiler = 'where it has to be compiled, install a C++ compiler, make and python3 first';
  // npm -g: the folder belongs to root, as a rule.
  const sudo = /\/lib\/node_modules\/[^/]+$/.test(folder) ? ', with sudo if the folder is not yours' : '';
  // Not "npm rebuild": that of npm 11.19 and 12 ends with 0 here and compiles nothing (seen with 11.19.1 and 12.2.2).
  return `run "npm run install" in ${folder}/node_modules/better-sqlite3${sudo}; ${compiler}`;
}

const majorOf = (version: string): number => Number.parseInt(version.replace(/^v/, ''), 10);
