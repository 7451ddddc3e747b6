import { Decoder, type FieldOptions, type InputOptions } from '../../src/stream/decoder.ts';
import type { Reading } from '../../src/detect/reading.ts';
import type { Message } from '../../src/stream/message.ts';

/** When every test message arrives, unless it says otherwise. */
export const ARRIVAL = Date.parse('2025-06-15T12:00:00Z');

export const message = (
  topic: string,
  payload: string | Uint8Array | object,
  rest: Partial<Message> = {},
): Message => ({
  topic,
  payload:
    payload instanceof Uint8Array
      ? payload
      : new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  receivedAt: ARRIVAL,
  retained: false,
  redelivered: false,
  ...rest,
});

export const field = (path: string, rest: Partial<FieldOptions> = {}): FieldOptions => ({
  path,
  name: null,
  unit: '',
  range: null,
  only: 'both',
  ...rest,
});

export const input = (topic: string, fields: FieldOptions[], rest: Partial<InputOptions> = {}): InputOptions => ({
  topic,
  each: null,
  time: null,
  timezone: null,
  fields,
  ...rest,
});

/** A decoder for these inputs, as a function from a message to its readings and the reasons it was refused for. */
export const decoding = (
  inputs: InputOptions[],
  maxSeries = 100,
): { decoder: Decoder; decode: (message: Message) => { readings: Reading[]; reasons: string[] } } => {
  const decoder = new Decoder(inputs, { maxSeries });
  return {
    decoder,
    decode: (message) => {
      const readings: Reading[] = [];
      const reasons: string[] = [];
      decoder.decode(
        message,
        (reading) => readings.push(reading),
        ({ reason }) => reasons.push(reason),
      );
      return { readings, reasons };
    },
  };
};
