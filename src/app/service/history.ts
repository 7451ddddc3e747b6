import type { Site } from '../../config/schema/site.ts';
import { AppError } from '../../errors.ts';
import type { Database } from '../../io/sqlite/database.ts';
import { HistoryStore } from '../../io/sqlite/history/history-store.ts';
import { MemoryHistory, memoryFile, openMemoryDatabase } from '../../io/sqlite/history/memory-store.ts';
import type { Log } from '../../log.ts';
import type { HistoryPort } from '../../stream/history/port.ts';

/** Where the service keeps the history of the series: in the database of the site, in memory, or nowhere. */
export class ServiceHistory {
  private readonly db: Database;
  private readonly log: Log;
  private readonly env: NodeJS.ProcessEnv;
  private port: HistoryPort | null = null;
  private memory: MemoryHistory | null = null;
  /** The options of the present port. */
  private options = '';

  /** `db`: the database of the site. */
  constructor(db: Database, log: Log, env: NodeJS.ProcessEnv = process.env) {
    this.db = db;
    this.log = log;
    this.env = env;
  }

  /** The same port as before where the options are the same. Null where there is to be no history, or no memory for it. */
  of(site: Pick<Site, 'site' | 'history'>): HistoryPort | null {
    const options = JSON.stringify(site.history);
    if (options === this.options) return this.port;
    this.close();
    this.options = options;
    return (this.port = this.open(site));
  }

  /** Deletes a few old blocks in memory; true when there is more to do. `now`: epoch ms. */
  step(now: number): boolean {
    return this.memory?.step(now) ?? false;
  }

  close(): void {
    this.memory?.close();
    this.memory = null;
  }

  private open({
    site,
    history: { enabled, storage, maxMegabytes },
  }: Pick<Site, 'site' | 'history'>): HistoryPort | null {
    if (!enabled) return null;
    if (storage === 'disk') return new HistoryStore(this.db);
    try {
      const file = memoryFile(site, this.env);
      const onFailure = (error: unknown): void => {
        this.log('warn', { err: error, file }, 'the history in memory cannot be saved; a part of it will be missing');
      };
      return (this.memory = new MemoryHistory(openMemoryDatabase(file), maxMegabytes * 1e6, onFailure));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log('error', { code: error.code }, `no history is kept: ${error.message}`);
      return null;
    }
  }
}
