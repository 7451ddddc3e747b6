import { fnvStep, fnvText } from './fnv.ts';
import { MAX_PAYLOAD_BYTES } from './values/payload.ts';

/** Identifies a message for its acknowledgement (PUBACK). */
export interface Receipt {
  /** Packet identifier: 1 to 65,535, unique among those that are not acknowledged. */
  readonly id: number;
  /** Number of the connection that delivered the message; the id is valid only on this connection. */
  readonly connection: number;
}

/** One received MQTT message, or one row of a recording as a message. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Time of arrival, epoch ms. A replay gives the row's own time, the demo its simulated time. */
  readonly receivedAt: number;
  /** True for the broker's stored copy of an earlier message, sent on subscribing: never a new reading. */
  readonly retained: boolean;
  /** Set by the broker on a redelivery of a QoS 1 message (MQTT 3.1.1, 3.3.1.1). */
  readonly redelivered: boolean;
  /** Present for a QoS 1 message, which must be acknowledged. */
  readonly receipt?: Receipt | undefined;
}

/** A 32-bit hash that identifies a message: of its topic, its length and the first `MAX_PAYLOAD_BYTES` of its payload. */
export function fingerprint({ topic, payload }: Pick<Message, 'topic' | 'payload'>): number {
  let hash = fnvStep(fnvText(topic), payload.length);
  const length = Math.min(payload.length, MAX_PAYLOAD_BYTES);
  for (let i = 0; i < length; i++) hash = fnvStep(hash, payload[i]);
  return hash >>> 0;
}
