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
}
