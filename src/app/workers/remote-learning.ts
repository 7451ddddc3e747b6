import type { LearningBody } from '../dashboard/contract/learning.ts';
import type { StreamLearning } from '../dashboard/learning/stream-learning.ts';
import type { Thread, RemoteStream } from './remote-stream.ts';

/** How a stream of another thread learns: recorded there, and read from it. Of a thread that has ended it keeps the last reading. */
export class RemoteLearning implements StreamLearning {
  private readonly thread: Thread;
  private readonly number: number;
  private last: LearningBody;

  constructor({ thread, number }: RemoteStream, now: number) {
    this.thread = thread;
    this.last = thread.ask('learning', [number, now]);
    this.number = thread.ask('watchLearning', [number]);
  }

  whole(now: number): LearningBody {
    const { thread, number } = this;
    return thread.isOpen ? (this.last = thread.ask('wholeLearning', [number, now])) : this.last;
  }

  change(now: number): LearningBody | null {
    const { thread, number } = this;
    const changed = thread.isOpen ? thread.ask('changedLearning', [number, now]) : null;
    this.last = changed ?? this.last;
    return changed;
  }

  close(): void {
    const { thread, number } = this;
    if (thread.isOpen) thread.ask('endLearning', [number]);
  }
}
