import { COLUMNS } from '../../stream/history/bucket.ts';
import type { ThreadHandlers, When } from '../pipeline/threads.ts';
import type { Note } from './notes.ts';
import * as r from './rows.ts';
import type { Round, ShardThread } from './shard-thread.ts';

/** Handles the results of a round, when all of its parts are back: in the order in which the readings went out. */
export function handleRound({ parts }: Round, handlers: ThreadHandlers): void {
  const all: { readonly thread: ShardThread; readonly note: Note }[] = [];
  for (const { thread, done } of parts) {
    addHistory(thread, done.history, done.historyRows, handlers);
    if (done.readings > 0) handlers.counted(done.readings, done.untrained);
    for (const note of done.notes) all.push({ thread, note });
    thread.reuse(done);
  }
  if (parts.length > 1) all.sort((a, b) => a.note.position - b.note.position);
  for (const { thread, note } of all)
    tell(thread, note, 'replayed' in note ? [note.at, note.replayed] : [undefined, false], handlers);
}

const bucket = new Float64Array(COLUMNS);

function addHistory(thread: ShardThread, data: Float64Array, rows: number, handlers: ThreadHandlers): void {
  for (let i = 0; i < rows; i++) {
    const o = i * (r.BUCKET + COLUMNS);
    const stream = thread.streams[data[o + r.STREAM]];
    for (let c = 0; c < COLUMNS; c++) bucket[c] = data[o + r.BUCKET + c];
    if (stream !== null) handlers.history(stream, data[o + r.SERIES], data[o + r.SAMPLE_AT], bucket);
  }
}

/** Passes on the results of a stream of a thread. */
export function tell(thread: ShardThread, note: Note, when: When, handlers: ThreadHandlers): void {
  switch (note.kind) {
    case 'episode':
      handlers.episode(note.event, ...when);
      break;
    case 'habit':
      handlers.habit(note.habit, ...when);
      break;
    case 'mode':
      handlers.mode(note.mode, note.modes, ...when);
      break;
    case 'state': {
      const stream = thread.streams[note.stream];
      stream?.status.as(note.record, () => {
        handlers.state(stream, note.at);
      });
      break;
    }
    case 'reject': {
      const stream = thread.places[note.place];
      handlers.reject(note.reason, stream.topics[note.place - stream.firstPlace] ?? '');
      break;
    }
    case 'failed': {
      const stream = thread.streams[note.stream];
      if (stream !== null) handlers.stopped(stream, note.error);
      break;
    }
    case 'log':
      handlers.log(...note.line);
  }
}
