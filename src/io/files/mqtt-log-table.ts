import { parseDecimal } from '../../stream/values/number.ts';
import { objectIn } from './json-table.ts';
import { MqttSignals, type RecordedValue } from './mqtt-signals.ts';
import type { Source } from './source.ts';
import { cellsOf, ColumnNames, linesOf, type Cells, type Table } from './table.ts';
import { readTime, timeKindOf } from './time-text.ts';

interface LoggedMessage {
  readonly time: string;
  readonly topic: string;
  readonly payload: unknown;
}

const LINE = /^(\S+)\s+(\S+)\s+(.*)$/;

/** `mosquitto_sub -F '%I %t %p'` or `'%U %t %p'`: time, topic, payload. */
const fromText = (line: string): LoggedMessage | null => {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, time, topic, payload] = match;
  return timeKindOf(time) === 'time' && /[^\d.,+-]/.test(topic) ? { time, topic, payload } : null;
};

/** `mosquitto_sub -F %j` or `%J`: an object with the keys tst, topic and payload. */
const fromJson = (line: string): LoggedMessage | null => {
  const { tst, topic, payload } = objectIn(line) ?? {};
  return (typeof tst === 'string' || typeof tst === 'number') && typeof topic === 'string' && payload !== undefined
    ? { time: String(tst), topic, payload }
    : null;
};

/** Whether a line is one that `mosquitto_sub` writes with one of these formats. */
export const isMqttLog = (line: string): boolean => (line.startsWith('{') ? fromJson(line) : fromText(line)) !== null;

/**
 * The output of `mosquitto_sub` with times. Messages of a format with a mapper of its own give its signals, at the times that they
 * state; of all others each topic is a series, or each key of a topic whose payloads are JSON objects.
 */
export function openMqttLog(source: Source, refuse: (why: string) => Error): Table {
  const names = new ColumnNames(refuse, 'time');
  return {
    columns: names.names,
    timeColumn: 0,
    delimiter: '',
    plainNumbers: true,
    long: true,
    async *rows(onRead): AsyncGenerator<Cells | null, void, undefined> {
      const signals = new MqttSignals();
      for await (const line of linesOf(source, onRead)) {
        const message = line === null ? null : line.startsWith('{') ? fromJson(line) : fromText(line);
        if (message === null) yield null;
        else {
          const { time, topic, payload } = message;
          const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
          const values = signals.read(topic, text, readTime(time, true));
          if (values !== null) yield* rowsOf(values, time, names);
          else {
            const cells = [time];
            const value = (typeof payload === 'string' ? objectIn(payload) : null) ?? payload;
            for (const [path, cell] of cellsOf(value)) cells[names.numberOf(`${topic} ${path}`.trim())] = cell;
            yield cells;
          }
        }
      }
    },
  };
}

/** A row for each time in a message; `time`: that of its arrival. */
function* rowsOf(values: readonly RecordedValue[], time: string, names: ColumnNames): Generator<Cells> {
  const inSeconds = parseDecimal(time) !== null;
  let cells: string[] = [];
  let last: number | null = null;
  for (const { column, value, at } of values) {
    if (cells.length === 0 || at !== last) {
      if (cells.length > 0) yield cells;
      last = at;
      cells = [at === null ? time : inSeconds ? String(at / 1000) : new Date(at).toISOString()];
    }
    cells[names.numberOf(column)] = String(value);
  }
  if (cells.length > 0) yield cells;
}
