import { ofText } from '../../app/notify/words.ts';
import { didYouMean } from '../../config/suggest.ts';
import type { NotifyTarget } from '../../config/schema/notify.ts';
import { loadSite } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import type { Delivery } from '../../io/notify/delivery.ts';
import { senderOf } from '../../io/notify/senders.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { plain } from '../terminal/plain.ts';

export interface NotifyTestOptions {
  readonly config: string;
  readonly json: boolean;
}

/**
 * `zankyo notify test [TARGET]`: sends a message to each target, once and all at the same time, without the queue of the service,
 * and prints what happened. Exit code 69 if one of them did not take it.
 */
export async function notifyTest(target: string | undefined, { config, json }: NotifyTestOptions): Promise<number> {
  const { site } = loadSite(config);
  const names = Object.keys(site.notify);
  if (names.length === 0)
    throw new AppError('usage', `${config}: notify has no target; docs/notifications.md shows how to add one`);
  if (target !== undefined && !names.includes(target))
    throw new AppError(
      'usage',
      `${config}: notify has no target ${JSON.stringify(target)}${didYouMean(target, names)}`,
    );
  const tried = await Promise.all(
    names
      .filter((name) => target === undefined || name === target)
      .map(async (name) => ({ name, delivery: await tryOnce(site.notify[name], site.site) })),
  );
  for (const { name, delivery } of tried) show(name, site.notify[name], delivery, json);
  return tried.every(({ delivery }) => delivery.ok) ? EXIT.ok : EXIT.unavailable;
}

async function tryOnce(target: NotifyTarget, site: string): Promise<Delivery> {
  const text = `This is a test message of zankyo, site ${site}. Alarms will arrive like this.`;
  const notification = ofText('test', `zankyo ${site}: test`, text, Date.now(), site);
  const sender = await senderOf(target);
  try {
    return await sender.send({ notification, ref: null, buttons: [] }, new AbortController().signal);
  } finally {
    sender.close();
  }
}

function show(name: string, { type }: NotifyTarget, delivery: Delivery, json: boolean): void {
  if (json) {
    const result = delivery.ok ? { ok: true, answer: delivery.said } : { ok: false, reason: delivery.reason };
    console.log(jsonLine({ target: name, type, ...result }));
  } else if (delivery.ok) console.log(`${name} (${type}): sent, ${plain(delivery.said)}`);
  else console.error(`${name} (${type}): not sent: ${plain(delivery.reason)}`);
}
