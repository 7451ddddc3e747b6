import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually, MAIN } from '../integration/programs/program.ts';

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** All that it has written. */
  text(): string;
  log(): readonly Readonly<Record<string, unknown>>[];
  /** SIGTERM: once it is up, because Node takes some 100 ms until it can handle a signal. */
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
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const log: WorkerProcess['log'] = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    name,
    child,
    text: () => text,
    log,
    end: async (signal) => {
      if (signal === 'SIGTERM') await eventually(() => ended() || log().some(({ msg }) => msg === 'started'));
      if (!ended()) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
};
