import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from '../integration/program.ts';

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** All that it has written. */
  text(): string;
  log(): readonly Readonly<Record<string, unknown>>[];
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** The built program; `before`: what starts it in another network namespace. */
export const spawnWorker = (
  name: string,
  args: readonly string[],
  cwd: string,
  before: readonly string[] = [],
): WorkerProcess => {
  const [program, ...rest] = [...before, process.execPath, MAIN, ...args];
  const child = spawn(program, rest, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    name,
    child,
    text: () => text,
    log: () =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
};
