/** The package of the other CPU: installed by apt in the root, used, removed, purged. */
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { output, run } from './run.mjs';
import { inRoot } from './root.mjs';

const DEMO = ['demo', '--seed', '1', '--for', '5d'];
/** What the demo says of the alerts and of the fault. The last line has a time of this run. */
const findings = (text) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !/ readings in /.test(line))
    .join('\n');
/** Files of the package and of its service. Documents of other packages do not have the name. */
const FIND = 'find / -xdev -name "*zankyo*" -not -path "/opt/*" -not -path "/proc/*" -not -path "/tmp/*" | sort';

/** `note`: for each fact. Resolves with whether all steps did what is stated here. */
export async function tryPackage(arch, root, note) {
  const built = await output('node', ['deploy/deb/build.mjs', '--arch', arch, '--out', join(root, 'tmp')]);
  const deb = basename(built.trim());
  note(`package: built ${deb}`);

  let ok = true;
  const step = async (name, command, isRight) => {
    const startedAt = Date.now();
    const { args, options, ...program } = inRoot(root, command);
    const { status, stdout, stderr } = await run(program.command, args, options);
    const right = status === 0 && isRight(stdout.trim());
    ok &&= right;
    note(
      `${name}: ${right ? 'ok' : `exit code ${status}\n${stdout}${stderr}`}, ${((Date.now() - startedAt) / 1000).toFixed(0)} s`,
    );
  };
  const here = findings(await output('node', ['dist/cli/main.js', ...DEMO]));
  const version = JSON.parse(readFileSync('package.json', 'utf8')).version;

  await step(`apt-get install ${deb}`, `apt-get -q install -y /tmp/${deb}`, (text) =>
    text.includes('Setting up zankyo'),
  );
  await step('zankyo --version', 'zankyo --version', (text) => text === version);
  await step(
    'zankyo doctor: the SIMD core and the addon work',
    'zankyo doctor',
    (text) => /ok +SQLite/.test(text) && /ok +core +SIMD kernel/.test(text),
  );
  await step(
    `zankyo ${DEMO.join(' ')}: the alerts of this machine`,
    `zankyo ${DEMO.join(' ')}`,
    (text) => findings(text) === here,
  );
  await step(
    'apt-get remove, which keeps /etc/zankyo',
    `apt-get -q remove -y zankyo && ls -d /etc/zankyo && ! ls -d /usr/lib/zankyo /usr/bin/zankyo`,
    () => true,
  );
  await step('apt-get purge leaves nothing', `apt-get -q purge -y zankyo >/dev/null && ${FIND}`, (text) => text === '');
  rmSync(join(root, 'tmp', deb));
  return ok;
}
