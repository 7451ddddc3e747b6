import { fnvStep, fnvText } from './fnv.ts';
import { MAX_PAYLOAD_BYTES } from './payload.ts';

/** What the broker waits for before it forgets a message. */
export interface Receipt {
  /** Packet identifier: 1 to 65,535, unique among those that are not acknowledged. */
  readonly id: number;
  /** Number of the connection that brought it; on another one it means nothing. */
  readonly connection: number;
}

/** One MQTT message as it reached us, or one row of a recording that stands for one. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** When it reached us, epoch ms. A replay gives the row's own time, the demo its simulated time. */
  readonly receivedAt: number;
  /** The broker's copy of an earlier message, sent because we subscribed: never a new reading. */
  readonly retained: boolean;
  /** Set by the broker on a redelivery of a QoS 1 message (MQTT 3.1.1, 3.3.1.1). */
  readonly redelivered: boolean;
  /** Of a QoS 1 message; absent where nobody waits for an acknowledgement. */
  readonly receipt?: Receipt | undefined;
}

/** What tells a message from others, 32 bits: of its topic, its length and as much of the payload as is ever read. */
export function fingerprint({ topic, payload }: Pick<Message, 'topic' | 'payload'>): number {
  let hash = fnvStep(fnvText(topic), payload.length);
  const length = Math.min(payload.length, MAX_PAYLOAD_BYTES);
  for (let i = 0; i < length; i++) hash = fnvStep(hash, payload[i]);
  return hash >>> 0;
}
