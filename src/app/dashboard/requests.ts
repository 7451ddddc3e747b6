import { randomUUID } from 'node:crypto';
import { Subject, type Observable } from 'rxjs';
import type { CommandRequest } from '../../stream/ports/ports.ts';
import type { Reply } from '../commands/reply.ts';

/** The database may fail for a while; the command is carried out all the same, and the page says that its answer is not here yet. */
const PATIENCE_MS = 10_000;

/** Commands of the pages, on their way to the one command desk. It outlives the pipeline that a reload replaces. */
export class DashboardRequests {
  private readonly requests = new Subject<CommandRequest>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  get requests$(): Observable<CommandRequest> {
    return this.requests;
  }

  /** Sends a command, with an id of its own if it has none. Null: no answer within 10 s. */
  readonly request = (command: Readonly<Record<string, unknown>>): Promise<Reply | null> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(null);
      }, PATIENCE_MS);
      timer.unref();
      this.requests.next({
        at: this.now(),
        source: 'dashboard',
        series: null,
        payload: new TextEncoder().encode(JSON.stringify({ id: `web-${randomUUID()}`, ...command })),
        message: null,
        row: null,
        reply: (payload) => {
          clearTimeout(timer);
          resolve(JSON.parse(payload) as Reply);
        },
      });
    });
}
