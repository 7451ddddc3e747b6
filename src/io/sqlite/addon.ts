/** The version of better-sqlite3 for a Node of which older ones end the process. Written in docs/platforms.md too. */
const NEEDED = '13.2.0';

/**
 * Why this version of better-sqlite3 must not run on this version of Node, and the remedy; null if it may. From Node 24 on, versions
 * below 13 abort the process when a closed database or statement is collected as garbage, at any time: node::ObjectWrap, their base,
 * removes a hook of an environment that is not entered then (`RemoveEnvironmentCleanupHook`, "env != nullptr").
 */
export const addonProblem = (node: string, addon: string, folder: string): string | null =>
  majorOf(node) >= 24 && majorOf(addon) < 13
    ? `better-sqlite3 ${addon} crashes on Node ${node}: run "npm install --no-save better-sqlite3@${NEEDED}" in ${folder}, or use Node 20 or 22`
    : null;

const majorOf = (version: string): number => Number.parseInt(version.replace(/^v/, ''), 10);
