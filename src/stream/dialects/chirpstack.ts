import { readDecoded } from './decoded-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver, SignalFacts } from './dialect.ts';
import { remember } from './remember.ts';
import { timeOf } from './time.ts';

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

const BATTERY: SignalFacts = { noSignal: 'battery' };
const LINK: SignalFacts = { noSignal: 'link quality' };

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
    const decoded = event.object ?? parsed(event.objectJSON);
    if (typeof decoded === 'object' && decoded !== null) readDecoded(device, decoded, at, receiver);
  }

  private isRepeated(id: unknown): boolean {
    if (typeof id !== 'string') return false;
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    if (this.seen.size > MAX_REMEMBERED)
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    return false;
  }
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const chirpstack: Dialect = {
  name: 'chirpstack',
  claims: (topic) => /^(.+\/)?application\/[^/]+\/device\/[^/]+\/event\/[^/]+$/.test(topic),
  open: (context) => new Chirpstack(context),
};
