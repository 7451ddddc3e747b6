import colors from 'picocolors';
import { examine, type DoctorOptions } from '../../app/doctor/doctor.ts';
import type { Finding } from '../../app/doctor/finding.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { count } from '../terminal/format.ts';
import { plain, plainLines } from '../terminal/plain.ts';
import { terminalSize } from '../terminal/terminal.ts';
import { wrapped } from '../terminal/wrapped.ts';

const TINT: Readonly<Record<Finding['state'], (text: string) => string>> = {
  ok: colors.green,
  warning: colors.yellow,
  problem: colors.red,
};
const TITLES: Readonly<Record<Finding['part'], string>> = {
  machine: 'This machine',
  networks: 'The networks',
  site: 'The site',
};

/** `zankyo doctor`: checks machine, networks and site. Returns 0, or the exit code of the first problem. */
export async function doctor({ json, ...options }: DoctorOptions & { readonly json: boolean }): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of examine(options)) {
    if (!json) {
      if (finding.part !== findings.at(-1)?.part) console.log(title(finding, findings.length === 0));
      console.log(findingLine(finding, terminalSize(process.stdout).columns));
    }
    findings.push(finding);
  }
  const problems = findings.filter(({ state }) => state === 'problem');
  const warnings = findings.filter(({ state }) => state === 'warning');
  if (json) console.log(plainLines(JSON.stringify({ ok: problems.length === 0, findings }, null, 2)));
  else console.log(`\n${verdict(problems.length, warnings.length)}`);
  if (problems.length === 0) return EXIT.ok;
  const { code } = problems[0];
  return code === undefined ? EXIT.failure : exitCodeOf(code);
}

const title = ({ part }: Finding, first: boolean): string => `${first ? '' : '\n'}${colors.bold(TITLES[part])}`;

const STATE_WIDTH = 'problem'.length;
const ABOUT_WIDTH = 'processor'.length;
const INDENT = 2 + STATE_WIDTH + 2 + ABOUT_WIDTH + 2;

/** State, subject, sentence; a sentence longer than `columns` is continued below its first word. */
export function findingLine({ state, about, text }: Finding, columns = Infinity): string {
  const head = `  ${TINT[state](state.padEnd(STATE_WIDTH))}  ${about.padEnd(ABOUT_WIDTH)}  `;
  return head + wrapped(plain(text), columns - INDENT).join(`\n${' '.repeat(INDENT)}`);
}

function verdict(problems: number, warnings: number): string {
  if (problems + warnings === 0) return colors.green('All is well.');
  const said = `${count(problems, 'problem')}, ${count(warnings, 'warning')}.`.replace(/^n/, 'N');
  return problems > 0 ? colors.red(said) : colors.yellow(said);
}
