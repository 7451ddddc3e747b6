import { storeTransfer, type TransferRow } from '../../../io/hub/learned.ts';
import type { SqlDatabase } from '../../../stream/ports/sql.ts';
import type { HubTransferredStream } from '../../dashboard/contract/hub.ts';

/** One request that runs: what became of each stream so far, and when it ends without a message. */
export class Transfer {
  readonly id: string;
  readonly site: string;
  readonly direction: TransferRow['direction'];
  readonly streams: HubTransferredStream[] = [];
  ended = false;
  private readonly db: SqlDatabase;
  private row: TransferRow;
  private readonly onEnd: () => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    db: SqlDatabase,
    start: Pick<TransferRow, 'id' | 'site' | 'direction' | 'sender' | 'at'>,
    onEnd: () => void,
  ) {
    this.db = db;
    this.onEnd = onEnd;
    this.row = { ...start, status: 'running', text: '', streams: '[]', ended_at: null };
    ({ id: this.id, site: this.site, direction: this.direction } = start);
  }

  get status(): TransferRow['status'] {
    return this.row.status;
  }

  get text(): string {
    return this.row.text;
  }

  get done(): number {
    return this.streams.filter(({ done }) => done).length;
  }

  begin(): Promise<void> {
    return storeTransfer(this.db, this.row);
  }

  /** Calls `late` where nothing happens for this time; each call begins anew. */
  expect(ms: number, late: () => void): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.ended) return;
    this.timer = setTimeout(late, ms);
    this.timer.unref();
  }

  async end(status: 'done' | 'failed', text: string, at: number): Promise<void> {
    if (this.ended) return;
    this.cancel();
    this.row = { ...this.row, status, text, streams: JSON.stringify(this.streams), ended_at: at };
    this.onEnd();
    await storeTransfer(this.db, this.row);
  }

  /** Nothing of it is stored any more: the hub ends. */
  cancel(): void {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
