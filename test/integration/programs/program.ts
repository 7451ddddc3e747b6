import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const MAIN = join(import.meta.dirname, '../../../dist/cli/main.js');
/** For what never comes; a busy machine takes ten times as long as another one. */
const WAIT_MS = 60_000;

/** How a program ended; `signal` where it was killed. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of the service's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  /** The lines of its log so far, which it writes to stderr. */
  log(): readonly LogLine[];
  /** The first line with this text, once it is there. */
  logged(text: string): Promise<LogLine>;
  /** Sends a signal; rejects when the program has not ended in 5 s. */
  end(signal: NodeJS.Signals): Promise<Ending>;
}

const WARN = 40;
export const isWarning = ({ level }: LogLine): boolean => level >= WARN;

/** The built program as a process of its own, in a directory of its choice. */
export function startProgram(
  args: readonly string[],
  cwd: string = tmpdir(),
  input?: string,
  extra: NodeJS.ProcessEnv = {},
): Program {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run "npm run build" first`);
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', ...extra };
  delete env['FORCE_COLOR'];
  delete env['STATE_DIRECTORY'];
  // One that hangs fails its test, and must not outlive it.
  const limit = { timeout: 55_000, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], ...limit });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that does not read its input may close it first.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
  const log = (): readonly LogLine[] =>
    stderr
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  return {
    child,
    ended,
    log,
    logged: async (text) => {
      const found = (): LogLine | undefined => log().find(({ msg }) => msg.includes(text));
      await eventually(
        () => found() !== undefined,
        () => `no line with "${text}" in\n${stderr}`,
      );
      return found()!;
    },
    end: (signal) => {
      child.kill(signal);
      const late = sleep(WAIT_MS, undefined, { ref: false }).then(() => {
        throw new Error(`still running after ${signal}:\n${stderr}`);
      });
      return Promise.race([ended, late]);
    },
  };
}

/** The service of the site.yaml in a directory, once it listens. `cleanUps` gets what kills it. */
export const startService = (cwd: string, cleanUps: (() => unknown)[], extra?: NodeJS.ProcessEnv): Promise<Program> =>
  startListening(['run', '-c', 'site.yaml'], cwd, cleanUps, extra);

/** The hub of the hub.yaml in a directory, in the same way. */
export const startHub = (cwd: string, cleanUps: (() => unknown)[]): Promise<Program> =>
  startListening(['hub', '-c', 'hub.yaml'], cwd, cleanUps);

async function startListening(
  args: readonly string[],
  cwd: string,
  cleanUps: (() => unknown)[],
  extra?: NodeJS.ProcessEnv,
): Promise<Program> {
  const program = startProgram(args, cwd, undefined, extra);
  cleanUps.push(() => {
    program.child.kill('SIGKILL');
    return program.ended;
  });
  await program.logged('listening');
  return program;
}

/** The texts of the warnings and errors in its log so far. */
export const warningsOf = (program: Program): readonly string[] =>
  program
    .log()
    .filter(isWarning)
    .map(({ msg }) => msg);

/** Runs the program to its end. */
export const runProgram = (
  args: readonly string[],
  cwd?: string,
  input?: string,
  extra?: NodeJS.ProcessEnv,
): Promise<Ending> => startProgram(args, cwd, input, extra).ended;

/** Waits until a condition holds; rejects after a minute with what `otherwise` says. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  otherwise: () => string = () => 'it never came to pass',
): Promise<void> {
  for (let waited = 0; waited < WAIT_MS; waited += 20) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(otherwise());
}

/** A directory with these files; remove it in the end. */
export function directory(files: Readonly<Record<string, string>> = {}): {
  readonly path: string;
  readonly remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'zankyo-program-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
