import type { Reading } from '../detect/reading.ts';
import type { Message } from './message.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

export type AdmitReason = 'retained' | 'redelivered';
export type OrderReason = 'duplicate' | 'late';

const REMEMBERED = 256;

/**
 * What may be scored at all: each message once, and each series forward in time.
 * Remembers the hashes of 256 messages and one time for each series; the decoder bounds how many series there are.
 */
export class Inbox {
  private readonly hashes = new Float64Array(REMEMBERED).fill(-1);
  private next = 0;
  private readonly last = new Map<string, number>();
  private readonly resumeAt: (series: string) => number;

  /** `resumeAt`: time of the last reading that an earlier run had of a series, -Infinity when there was none. */
  constructor(resumeAt: (series: string) => number = () => -Infinity) {
    this.resumeAt = resumeAt;
  }

  /**
   * Takes note of a message; null when it may be read. A message that the broker marks as delivered again is refused
   * only if one of the last 256 had the same topic and payload: it may be the first copy that reached us.
   */
  admit(message: Message): AdmitReason | null {
    if (message.retained) return 'retained';
    const hash = hashOf(message);
    if (message.redelivered && this.hashes.includes(hash)) return 'redelivered';
    this.hashes[this.next] = hash;
    this.next = (this.next + 1) % REMEMBERED;
    return null;
  }

  /**
   * The reading with the time at which it counts, which is after all earlier ones of its series. A reading timed by its
   * arrival counts 1 ms after its predecessor when our clock has stepped back or has not moved; one that carries its own
   * time is refused then, as its sender did mean that time.
   */
  order(reading: Reading): Reading | OrderReason {
    const last = this.last.get(reading.series) ?? this.resumeAt(reading.series);
    if (reading.at > last) {
      this.last.set(reading.series, reading.at);
      return reading;
    }
    if (reading.at !== reading.receivedAt) return reading.at === last ? 'duplicate' : 'late';
    this.last.set(reading.series, last + 1);
    return { ...reading, at: last + 1 };
  }

  /** Time of the newest reading of a series, epoch ms; null before the first. */
  lastAt(series: string): number | null {
    return this.last.get(series) ?? null;
  }
}

/** FNV-1a, 32 bits, over the topic, the payload's length and as much of the payload as is ever read. */
const hashOf = ({ topic, payload }: Message): number => {
  let hash = 0x811c9dc5;
  const mix = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  for (let i = 0; i < topic.length; i++) mix(topic.charCodeAt(i));
  mix(payload.length);
  const length = Math.min(payload.length, MAX_PAYLOAD_BYTES);
  for (let i = 0; i < length; i++) mix(payload[i]);
  return hash >>> 0;
};
