import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Log } from '../../log.ts';

/** Assignments of sd_notify(3), such as `READY` and `1`. */
export type Notification = Readonly<Record<string, string | number>>;

/** Messages of the service to the service manager that started it. */
export interface Notifier {
  /** Time without a `WATCHDOG` after which the service is killed, ms; null: there is no watchdog. */
  readonly watchdogMs: number | null;
  /** Sends one message. Never throws and never waits; it works in the middle of a turn that takes long. */
  send(notification: Notification): void;
  /** Sends no more. Messages that were sent before are still delivered. */
  close(): void;
}

/**
 * Node has no datagram sockets of the file system, so that systemd-notify sends the messages. A shell runs it, and is started before the
 * process has grown: a fork of a process of 200 MB stops it for 40 ms, a line to the shell takes 0.02 ms. systemd-notify ends when
 * systemd has read the message, so that messages arrive in order. Each line is one message, its assignments separated by tabs. The
 * shell ends with the process; a signal that stops the service reaches it as well, and must not end it before the last message.
 */
const SHELL = '/bin/sh';
const RELAY = `trap '' TERM INT
if ! command -v systemd-notify > /dev/null; then
  echo '<4>systemd-notify is not installed: systemd gets no report from this service' >&2
  exec cat > /dev/null
fi
set -f
IFS='\t'
while read -r line; do systemd-notify $line; done`;
/** Lines that wait for a systemd that does not answer; beyond that no more are sent. */
const MAX_WAITING_BYTES = 16 * 1024;

/** The service manager of this process; null where there is none, which is so in a terminal or a container. */
export function openNotifier(log: Log, env: NodeJS.ProcessEnv = process.env): Notifier | null {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET) return null;
  return new ShellNotifier(watchdogMs(env), { NOTIFY_SOCKET, ...(PATH === undefined ? {} : { PATH }) }, log);
}

/** As sd_watchdog_enabled(3) reads it: a time for another process does not count. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): number | null {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null;
  const ms = Number(WATCHDOG_USEC) / 1000;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

class ShellNotifier implements Notifier {
  readonly watchdogMs: number | null;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: Log;
  #shell: { readonly child: ChildProcess; readonly stdin: Writable } | null;
  #closed = false;

  constructor(watchdogMs: number | null, env: NodeJS.ProcessEnv, log: Log) {
    this.watchdogMs = watchdogMs;
    this.#env = env;
    this.#log = log;
    this.#shell = this.#start();
  }

  send(notification: Notification): void {
    if (this.#closed) return;
    const { stdin } = (this.#shell ??= this.#start());
    if (stdin.writableLength > MAX_WAITING_BYTES) return;
    // A tab or the end of a line would begin another assignment.
    const words = Object.entries(notification).map(([key, value]) => `${key}=${String(value).replaceAll(/\s+/g, ' ')}`);
    stdin.write(`${words.join('\t')}\n`);
  }

  close(): void {
    this.#closed = true;
    this.#shell?.stdin.end();
  }

  #start() {
    // What systemd-notify reports goes to the journal.
    const child = spawn(SHELL, ['-c', RELAY], { env: this.#env, stdio: ['pipe', 'ignore', 'inherit'] });
    const shell = { child, stdin: child.stdin };
    const ended = (reason: string): void => {
      if (this.#shell !== shell) return;
      this.#shell = null;
      if (!this.#closed)
        this.#log('warn', { reason }, 'the helper that reports to systemd has ended; it is started again');
    };
    child.once('error', ({ message }) => {
      ended(message);
    });
    child.once('exit', (code, signal) => {
      ended(String(signal ?? code));
    });
    // A shell that was killed is reported by its exit.
    child.stdin.on('error', () => undefined);
    // It must not keep the process alive.
    child.unref();
    (child.stdin as Writable & { unref?(): void }).unref?.();
    return shell;
  }
}
