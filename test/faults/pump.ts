import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'mqtt';
import type { MqttClient } from 'mqtt';

/** Publications that the broker has not confirmed: fewer than the broker's limit for a connection. */
const WINDOW = 100;
const TICK_MS = 5;
const RETRY_MS = 100;

/**
 * Devices that publish their message's number as `seq`: 0, 1, 2, … At QoS 2 with a session, because at QoS 1 a publisher that
 * loses the connection before the confirmation publishes again, and the second copy at the broker would count as an error of
 * the service. The service subscribes at QoS 1 and receives the messages at QoS 1.
 */
export class Pump {
  /** Messages that the broker has confirmed. */
  confirmed = 0;
  readonly #client: MqttClient;
  #next = 0;
  /** The client drops those that it was given while it sent older ones again, if the connection ends before it is done: not sent yet. */
  readonly #dropped: number[] = [];
  #closed = false;

  constructor(url: string) {
    this.#client = connect(url, { clientId: 'pump', clean: false, protocolVersion: 4, reconnectPeriod: RETRY_MS });
    this.#client.on('error', () => undefined); // it tries again
  }

  /** So many more messages, so many a second or as fast as can be; resolves when the broker has all of them. */
  async send(count: number, { rate = 1e6, devices = 1 } = {}): Promise<void> {
    const [start, first, end] = [performance.now(), this.#next, this.#next + count];
    while (this.confirmed < end && !this.#closed) {
      const due = Math.min(end, first + 1 + (rate * (performance.now() - start)) / 1000);
      for (const seq of this.#dropped.splice(0)) this.#publish(seq, devices);
      while (this.#next < due && this.#next - this.confirmed < WINDOW) this.#publish(this.#next++, devices);
      await sleep(TICK_MS);
    }
  }

  /** Something else in between, which has no number. */
  async sendOther(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.endAsync(true);
  }

  #publish(seq: number, devices: number): void {
    const v = Number((20 + 5 * Math.sin(seq / 50) + Math.random()).toFixed(3));
    this.#client.publish(`faults/d${seq % devices}/t`, JSON.stringify({ seq, v }), { qos: 2 }, (error) => {
      if (error) this.#dropped.push(seq);
      else this.confirmed++;
    });
  }
}
