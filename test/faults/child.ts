import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SUBJECT = join(import.meta.dirname, 'subject.mjs');
const BUILT = join(import.meta.dirname, '../../dist/app/service.js');
const START_MS = 120_000;
const SAID = 4000;

/** Measurements of the service by itself, since it subscribed. */
export interface Stats {
  readonly delayP99: number;
  readonly delayMax: number;
  readonly rssMB: number;
  readonly readings: number;
}

export interface ChildOptions {
  /** Of the site file, in place of what subject.mjs has there. */
  readonly site?: Readonly<Record<string, unknown>>;
  /** So much longer each transaction takes. */
  readonly fsyncMs?: number;
}

/** The built service as a process of its own, see subject.mjs: started, killed and started again. */
export class Child {
  /** Each second of each of its lives. */
  readonly lives: Stats[][] = [];
  /** How often it ended without a signal. */
  unexpectedExits = 0;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | null = null;
  #said = '';

  constructor(url: string, directory: string, { site = {}, fsyncMs = 0 }: ChildOptions = {}) {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not there: run "npm run build" first`);
    this.#env = {
      ...process.env,
      FAULT_URL: url,
      FAULT_DIR: directory,
      FAULT_SITE: JSON.stringify(site),
      FAULT_FSYNC_MS: String(fsyncMs),
    };
  }

  /** The newest figures of this life. */
  get stats(): Stats | undefined {
    return this.lives.at(-1)?.at(-1);
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [SUBJECT], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#said = '';
    const life: Stats[] = [];
    this.lives.push(life);
    child.stderr.on('data', (bytes: Buffer) => (this.#said = (this.#said + bytes.toString()).slice(-SAID)));
    child.once('exit', () => {
      if (this.#process === child) this.unexpectedExits++;
    });
    let line = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (line + text).split('\n');
        line = lines.pop()!;
        this.#said = (this.#said + text).slice(-SAID);
        for (const each of lines) {
          if (each === 'READY') resolve();
          if (each.startsWith('STATS ')) life.push(JSON.parse(each.slice('STATS '.length)) as Stats);
        }
      });
    });
    const late = sleep(START_MS, 'late', { ref: false });
    if ((await Promise.race([ready, once(child, 'exit'), late])) !== undefined)
      throw new Error(`the service does not listen:\n${this.#said}`);
  }

  /** As a crash or the power button does. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** In order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
