import type { Notification } from '../../stream/ports/notification.ts';

/** How to reach a target, as the site file gives it. */
export interface Target {
  readonly type: 'webhook' | 'ntfy' | 'gotify' | 'telegram' | 'matrix' | 'slack' | 'smtp';
  readonly url?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly chat?: string;
  readonly room?: string;
  readonly method: 'POST' | 'PUT' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly replies?: string;
}

/** A button under a message: pressing it publishes `body` to the reply topic. */
export interface Button {
  readonly label: string;
  readonly body: string;
}

/** One message to send. */
export interface Outgoing {
  readonly notification: Notification;
  /** The id that the service gave to the first message of the thread; null: this is the first, or there is none. */
  readonly ref: string | null;
  readonly buttons: readonly Button[];
}

export type Delivery =
  /** `ref`: the id that the service gave to the message, null where it gives none. `said`: its answer in a few words. */
  | { readonly ok: true; readonly ref: string | null; readonly said: string }
  /** `permanent`: the service understood the message and refused it; it would again. */
  | { readonly ok: false; readonly permanent: boolean; readonly reason: string; readonly retryAfterMs: number | null };

/** Sends one message and says how it went; never throws. It contacts only the host of its target. */
export interface Sender {
  send(message: Outgoing, signal: AbortSignal): Promise<Delivery>;
  close(): void;
}

export const failed = (reason: string, permanent = false, retryAfterMs: number | null = null): Delivery => ({
  ok: false,
  permanent,
  reason,
  retryAfterMs,
});
