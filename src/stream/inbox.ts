import type { Reading } from '../detect/reading.ts';
import type { Message } from './message.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

export type AdmitReason = 'retained' | 'redelivered';
export type OrderReason = 'duplicate' | 'late';

const REMEMBERED = 256;

/** Late readings in a row, ... */
const PATIENCE = 5;
/** ... and time without another, after which it is the clock that is late. */
const PATIENCE_MS = 60_000;
/** How much faster than ours a clock may seem to run; the times of a backlog run a hundred times as fast. */
const HASTE = 2;

/** What is known of a series' times. */
interface Course {
  /** Time at which the last reading counts, and when it arrived. */
  at: number;
  heardAt: number;
  value: number;
  /** Readings refused in a row, the time of the last of them, and when it arrived. */
  refused: number;
  refusedAt: number;
  refusedHeardAt: number;
  /** Whether the clock was found to be wrong. */
  distrusted: boolean;
}

/**
 * What may be scored at all: each message once, and each series forward in time. Nothing is held back to be put in order:
 * MQTT keeps the order of a topic, and to wait for the late would make every alarm late.
 * Remembers the hashes of 256 messages and the course of each series; the decoder bounds how many series there are.
 */
export class Inbox {
  private readonly hashes = new Float64Array(REMEMBERED).fill(-1);
  private next = 0;
  private readonly courses = new Map<string, Course>();
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
   *
   * Unless it cannot have meant it: when five late readings in a row, over a minute or more, come no faster than
   * their own times run, they are no backlog, but the clock was set back or stands still. From then on readings are
   * timed by their arrival, until the clock is ahead of the last one again.
   */
  order(reading: Reading): Reading | OrderReason {
    const course = this.courseOf(reading.series);
    if (reading.at > course.at) {
      course.distrusted = course.distrusted && reading.saidAt !== undefined;
      return accept(course, reading);
    }
    if (reading.at === reading.receivedAt) return accept(course, { ...reading, at: course.at + 1 });
    if (distrust(course, reading)) {
      const at = Math.max(course.at + 1, reading.receivedAt);
      return accept(course, { ...reading, at, saidAt: reading.at });
    }
    return reading.at === course.at ? 'duplicate' : 'late';
  }

  /** Time of the newest reading of a series, epoch ms; null before the first. */
  lastAt(series: string): number | null {
    return this.courses.get(series)?.at ?? null;
  }

  private courseOf(series: string): Course {
    let course = this.courses.get(series);
    if (course === undefined) {
      const at = this.resumeAt(series);
      const nothing = { value: NaN, refused: 0, refusedAt: NaN, refusedHeardAt: NaN, distrusted: false };
      course = { at, heardAt: -Infinity, ...nothing };
      this.courses.set(series, course);
    }
    return course;
  }
}

function accept(course: Course, reading: Reading): Reading {
  course.at = reading.at;
  course.heardAt = reading.receivedAt;
  course.value = reading.value;
  course.refused = 0;
  return reading;
}

/** Takes note of a reading that is not after the last one. Whether it must be new all the same. */
function distrust(course: Course, { at, value, receivedAt }: Reading): boolean {
  // The same value of the same time is the same reading, told again by a sender that repeats itself.
  if (at === course.at && value === course.value) return false;
  const live = at - course.refusedAt <= HASTE * (receivedAt - course.refusedHeardAt);
  course.refused = live ? course.refused + 1 : 1;
  course.refusedAt = at;
  course.refusedHeardAt = receivedAt;
  if (course.refused > PATIENCE && receivedAt - course.heardAt > PATIENCE_MS) course.distrusted = true;
  return course.distrusted && live;
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
