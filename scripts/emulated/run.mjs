/** Programs that end when the script is interrupted, so that it can print what it has found until then. */
import { spawn } from 'node:child_process';

const running = new Set();
let interrupted = false;
export const wasInterrupted = () => interrupted;

/** SIGINT and SIGTERM end the running programs. Their promises reject, and the script goes to its end. */
export function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      interrupted = true;
      for (const child of running) process.kill(-child.pid, 'SIGKILL');
    });
}

/** Runs a program in a process group of its own. `onText`: for its output as it comes. Returns its exit code and output. */
export function run(command, args, { onText, ...options } = {}) {
  return new Promise((resolve, reject) => {
    if (interrupted) return reject(new Error('interrupted'));
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options });
    running.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onText?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('error', reject);
    child.once('close', (status) => {
      running.delete(child);
      if (interrupted) reject(new Error('interrupted'));
      else resolve({ status, stdout, stderr });
    });
  });
}

/** Standard output of a program. Rejects with the end of its whole output when it fails. */
export async function output(command, args, options) {
  const { status, stdout, stderr } = await run(command, args, options);
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${(stdout + stderr).slice(-5000)}`);
  return stdout;
}
