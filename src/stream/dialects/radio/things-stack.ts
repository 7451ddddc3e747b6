import { readDecoded } from './decoded-object.ts';
import type { Dialect, DialectContext, DialectMessage, Mapper, Receiver } from '../dialect.ts';
import { remember } from '../remember.ts';
import { timeOf } from '../time.ts';

/*
 * v3/APPLICATION@TENANT/devices/DEVICE/up
 * {"end_device_ids":{…},"received_at":"2020-08-11T08:59:45.869225403Z","uplink_message":{"decoded_payload":{"temperature":2}}}
 *
 * The topic …/up/normalized repeats the same values under other names. A message without `decoded_payload` has only base64: the
 * device needs a payload formatter.
 *
 * https://www.thethingsindustries.com/docs/integrations/data-formats/
 */

const TOPIC = /^(?:.+\/)?v3\/[^/]+\/devices\/([^/]+)\/up$/;

interface Uplink {
  readonly received_at?: unknown;
  readonly uplink_message?: { readonly received_at?: unknown; readonly decoded_payload?: unknown };
}

class ThingsStack implements Mapper {
  private readonly context: DialectContext;
  private readonly deviceOf = remember((topic) => TOPIC.exec(topic)?.[1] ?? '');

  constructor(context: DialectContext) {
    this.context = context;
  }

  read(message: DialectMessage, receiver: Receiver): void {
    const device = this.deviceOf(message.topic);
    if (device === '') return;
    const uplink = message.json() as Uplink | null | undefined;
    const decoded = uplink?.uplink_message?.decoded_payload;
    if (typeof decoded !== 'object' || decoded === null) return;
    const time = uplink?.received_at ?? uplink?.uplink_message?.received_at;
    readDecoded(device, decoded, timeOf(time, this.context, message, receiver), receiver);
  }
}

export const thingsStack: Dialect = {
  name: 'things-stack',
  claims: (topic) => /^(.+\/)?v3\/[^/]+\/devices\/[^/]+\/[^/]+/.test(topic),
  deviceOf: (topic) => TOPIC.exec(topic)?.[1] ?? null,
  open: (context) => new ThingsStack(context),
};
