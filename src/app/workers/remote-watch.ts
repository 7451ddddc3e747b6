import { RECENT_KEPT, type RecentColumn, type Watched } from '../pipeline/recent-readings.ts';
import type { RemoteStream } from './remote-stream.ts';
import type { WatchedRecord } from './shard-calls.ts';

/** The last readings of a series of another thread, read from it when somebody asks and something has come. */
export class RemoteWatch implements Watched {
  readonly stream: RemoteStream;
  readonly d: number;
  private readonly number: number;
  private version = -1;
  private record: WatchedRecord | null = null;

  constructor(stream: RemoteStream, d: number) {
    this.stream = stream;
    this.d = d;
    this.number = stream.thread.ask('watch', [stream.number, d]);
  }

  get count(): number {
    return this.now.count;
  }

  get parts(): ArrayLike<number> {
    return this.now.parts;
  }

  since(from: number, column: RecentColumn): readonly number[] {
    const { count, columns } = this.now;
    const values: number[] = [];
    for (let n = Math.max(from, count - RECENT_KEPT); n < count; n++) values.push(columns[column][n % RECENT_KEPT]);
    return values;
  }

  end(): void {
    this.stream.thread.ask('endWatch', [this.number]);
  }

  private get now(): WatchedRecord {
    const { thread } = this.stream;
    if (this.record === null || this.version !== thread.version) {
      this.record = thread.ask('watched', [this.number]);
      this.version = thread.version;
    }
    return this.record;
  }
}
