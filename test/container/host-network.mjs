import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FAMILIES = ['iptables', 'ip6tables'];
const FORWARDING = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding'];
const BRIDGE = 'docker0';
const OF_DOCKER = /\bDOCKER\b|\bDOCKER-|\bdocker0\b|\bbr-[0-9a-f]{12}\b/;

/** Output of a command; empty where it fails, as without IPv6. */
const output = async (command) => (await run('sh', ['-c', command]).catch(() => ({ stdout: '' }))).stdout;

/** Lines of iptables-save with the table in front and without counters. */
const rulesOf = async (family) => {
  let table = '';
  const lines = [];
  for (const line of (await output(`${family}-save`)).split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    else if (/^(:|-A )/.test(line)) lines.push(`${table} ${line.replace(/ \[\d+:\d+\]$/, '')}`);
  }
  return lines;
};
const hasBridge = async () => (await output(`ip -o link show ${BRIDGE}`)) !== '';

/**
 * dockerd leaves its rules, its policy, its bridge and forwarding behind. Notes what this machine has, and returns what removes the rest.
 * Rules of others that come meanwhile are not touched.
 */
export async function hostNetwork() {
  const before = await Promise.all(FAMILIES.map(rulesOf));
  const forwarding = FORWARDING.map((file) => readFileSync(file, 'utf8'));
  const bridge = await hasBridge();
  return async () => {
    for (const [i, family] of FAMILIES.entries()) {
      const had = new Set(before[i]);
      const added = (await rulesOf(family)).filter((line) => !had.has(line));
      const matches = (pattern) => added.map((line) => pattern.exec(line)).filter((found) => found !== null);
      for (const [, table, rule] of matches(/^(\S+) -A (.*)/))
        if (OF_DOCKER.test(rule)) await output(`${family} -t ${table} -D ${rule}`);
      for (const [, table, chain] of matches(/^(\S+) :(DOCKER\S*) -$/))
        await output(`${family} -t ${table} -X ${chain}`);
      for (const [, table] of matches(/^(\S+) :FORWARD DROP$/)) await output(`${family} -t ${table} -P FORWARD ACCEPT`);
    }
    if (!bridge && (await hasBridge())) await output(`ip link delete ${BRIDGE}`);
    for (const [i, file] of FORWARDING.entries())
      if (readFileSync(file, 'utf8') !== forwarding[i]) writeFileSync(file, forwarding[i]);
  };
}
