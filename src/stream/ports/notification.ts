/** What a notification is about. `test` comes from the command line, `answer` follows a command from a button. */
export const NOTIFICATION_EVENTS = ['opened', 'updated', 'ended', 'habit', 'health'] as const;

export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number] | 'test' | 'answer';

export type NotificationSeverity = 'minor' | 'major' | 'critical';

/** A message for people, in no form of any service yet. Plain data: it is stored as JSON until it is delivered. */
export interface Notification {
  readonly event: NotificationEvent;
  /** Of this message; the same when it is sent again. Letters, digits, "-" and "_". */
  readonly id: string;
  /** The incident or alarm that further messages belong to; null: a message by itself. */
  readonly thread: string | null;
  /** Whether the message may replace the last one of its thread instead of making a sound again. */
  readonly replaces: boolean;
  readonly severity: NotificationSeverity | null;
  readonly title: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
  readonly site: string;
  readonly series: readonly string[];
  readonly label: string | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly unit: string;
  readonly score: number | null;
  /** The alarm or habit that a command can answer; null where there is none. */
  readonly alarm: string | null;
  readonly incident: string | null;
}
