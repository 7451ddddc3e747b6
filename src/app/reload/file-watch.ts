import { fileState } from '../../config/file-state.ts';

/**
 * Notices that files have changed, by their time, size and inode every `everyMs`: also on network drives, behind links, and where an
 * editor replaces the file, which notifications of the system miss. A change is reported when nothing has changed for one interval more,
 * so a file that is being written is not read half.
 */
export class FileWatch {
  private readonly paths: readonly string[];
  private readonly onChange: () => void;
  private readonly timer: NodeJS.Timeout;
  private reported: string;
  private seen: string;

  constructor(paths: readonly string[], everyMs: number, onChange: () => void) {
    this.paths = paths;
    this.onChange = onChange;
    this.reported = this.seen = this.state();
    this.timer = setInterval(() => {
      this.check();
    }, everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    const before = this.seen;
    this.seen = this.state();
    if (this.seen !== before || this.seen === this.reported) return;
    this.reported = this.seen;
    this.onChange();
  }

  private state(): string {
    return this.paths.map(fileState).join();
  }
}
