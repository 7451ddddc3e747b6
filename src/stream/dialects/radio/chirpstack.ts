import { jsonOf } from '../../values/json.ts';
import { readDecoded } from './decoded-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver } from '../dialect.ts';
import { remember } from '../remember.ts';
import { timeOf } from '../time.ts';
import { BATTERY, LINK } from '../signals/usual-facts.ts';

/*
 * application/ID/device/DEV_EUI/event/up
 * {"deduplicationId":"…","time":"2023-07-28T04:10:22Z","deviceInfo":{"deviceName":"Hall",…},"object":{"temperature":18.6}}
 *
 * `object` is there when the device profile has a codec. Version 3 has the object as text in `objectJSON`.
 *
 * https://www.chirpstack.io/docs/chirpstack/integrations/events.html
 */

const TOPIC = /^(?:.+\/)?application\/[^/]+\/device\/([^/]+)\/event\/(up|status)$/;
/** Uplinks that are remembered: an uplink that two servers publish comes again within seconds. */
const MAX_REMEMBERED = 1_024;

interface Event {
  readonly deduplicationId?: unknown;
  readonly time?: unknown;
  readonly deviceInfo?: { readonly deviceName?: unknown };
  readonly deviceName?: unknown;
  readonly object?: unknown;
  readonly objectJSON?: unknown;
  readonly batteryLevel?: unknown;
  readonly margin?: unknown;
}

class Chirpstack implements Mapper {
  private readonly context: DialectContext;
  private readonly placeOf = remember((topic) => {
    const match = TOPIC.exec(topic);
    return { eui: match?.[1] ?? '', kind: match?.[2] ?? '' };
  });
  private readonly seen = new Set<string>();
  /** The same in order of arrival, over and over from its beginning. */
  private readonly order: string[] = [];
  private next = 0;

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const { eui, kind } = this.placeOf(message.topic);
    if (eui === '') return;
    const event = message.json() as Event | null | undefined;
    if (typeof event !== 'object' || event === null) return;
    if (!message.retained && this.isRepeated(event.deduplicationId)) {
      receiver.refuse('redelivered');
      return;
    }
    const name = event.deviceInfo?.deviceName ?? event.deviceName;
    const device = typeof name === 'string' && name !== '' ? name : eui;
    const at = timeOf(event.time, this.context, message, receiver);
    if (kind === 'status') {
      if (event.batteryLevel !== undefined) receiver.sample(device, 'batteryLevel', event.batteryLevel, at, BATTERY);
      if (event.margin !== undefined) receiver.sample(device, 'margin', event.margin, at, LINK);
      return;
    }
    const decoded = event.object ?? (typeof event.objectJSON === 'string' ? jsonOf(event.objectJSON) : null);
    if (typeof decoded === 'object' && decoded !== null) readDecoded(device, decoded, at, receiver);
  }

  private isRepeated(id: unknown): boolean {
    if (typeof id !== 'string') return false;
    if (this.seen.has(id)) return true;
    // A set is slow to find its oldest member, once many were removed.
    if (this.order.length === MAX_REMEMBERED) this.seen.delete(this.order[this.next]);
    this.order[this.next] = id;
    this.next = (this.next + 1) % MAX_REMEMBERED;
    this.seen.add(id);
    return false;
  }
}

export const chirpstack: Dialect = {
  name: 'chirpstack',
  claims: (topic) => /^(.+\/)?application\/[^/]+\/device\/[^/]+\/event\/[^/]+$/.test(topic),
  open: (context) => new Chirpstack(context),
};
