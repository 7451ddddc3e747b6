/**
 * The signals of a service: SIGTERM and SIGINT stop it. SIGHUP stops it on a terminal, and calls `onHangUp` elsewhere. A command installs them
 * before it loads its code, which takes most of a second: a service that is stopped while it starts ends in order, too.
 */
export class StopSignals {
  /** The first signal that stops the service. */
  readonly received: Promise<NodeJS.Signals>;
  onHangUp = (): void => undefined;

  constructor() {
    const isOnTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
    this.received = new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
      process.on('SIGHUP', (signal) => {
        // The kernel and the shell both send it when a terminal is closed: the second one must not interrupt the saving.
        if (isOnTerminal) resolve(signal);
        else this.onHangUp();
      });
    });
  }
}
