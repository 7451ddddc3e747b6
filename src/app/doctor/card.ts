import { uptime } from 'node:os';
import { dirname } from 'node:path';
import { durationInWords } from '../../detect/episode/reason.ts';
import { blockDeviceOf, type BlockDevice } from '../../io/files/block-device.ts';
import { openDatabase } from '../../io/sqlite/database.ts';
import { WrittenHours, type Written } from '../../io/sqlite/tables/written-hours.ts';
import { DAY_MS, HOUR_MS } from '../../math/time.ts';
import { lastDay, perDay } from '../card/written-day.ts';
import { cardYears, SHORT_YEARS, USUAL_CARD, yearsText } from '../card/wear.ts';
import { ok, warning, type Finding } from './finding.ts';

const place = { part: 'site', about: 'card' } as const;
const megabytes = (bytes: number): string => `${Number((bytes / 1e6).toPrecision(3)).toLocaleString('en')} MB`;

/**
 * How much the service writes in a day, how much all programs write to the card since the machine started, and how long the card bears
 * that. Nothing where the database cannot be read; that is reported already. `root` and `uptimeMs`: for tests.
 */
export function* examineCard(database: string, root = '/', uptimeMs = 1000 * uptime()): Generator<Finding> {
  const written = writtenOf(database);
  if (written === null) return;
  const device = blockDeviceOf(dirname(database), root);
  const aDay = perDay(written);
  if (aDay === null) yield ok(place, 'How much the service writes in a day is known after it has run for an hour.');
  else yield wear(aDay, written.ms, device);
  if (device?.card === true) yield* whole(device, uptimeMs);
}

function writtenOf(path: string): Written | null {
  try {
    const db = openDatabase(path, { readonly: true });
    try {
      return lastDay(new WrittenHours(db).all());
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}

function wear(aDay: number, overMs: number, device: BlockDevice | null): Finding {
  const capacity = device?.card === true && device.bytes !== null ? device.bytes : USUAL_CARD;
  const years = cardYears(aDay, capacity);
  const data = {
    bytesPerDay: Math.round(aDay),
    overMs,
    device: device?.name ?? null,
    card: device?.card ?? null,
    years,
  };
  const text = `The service writes ${megabytes(aDay)} a day (over the last ${durationInWords(overMs)} in which it ran)`;
  const size = `${Math.round(capacity / 1e9)} GB`;
  const lasts =
    device?.card === true
      ? `${device.name}, a card of ${size}, bears that for ${yearsText(years)}`
      : `an SD card of ${size} would bear that for ${yearsText(years)}`;
  if (device?.card === true && years < SHORT_YEARS)
    return warning(place, `${text}; ${lasts}. storage: gentle in the site file writes less.`, data);
  return ok(place, `${text}; ${lasts}.`, data);
}

/** Of all programs, where the machine has run for long enough. */
function* whole({ name, bytes, writtenBytes }: BlockDevice, uptimeMs: number): Generator<Finding> {
  if (writtenBytes === null || uptimeMs < HOUR_MS) return;
  const aDay = (writtenBytes * DAY_MS) / uptimeMs;
  const years = cardYears(aDay, bytes ?? USUAL_CARD);
  const text = `All programs write ${megabytes(aDay)} a day to ${name} (since the machine started, ${durationInWords(uptimeMs)} ago)`;
  const data = { bytesPerDay: Math.round(aDay), overMs: Math.round(uptimeMs), device: name, years };
  yield years < SHORT_YEARS
    ? warning(
        place,
        `${text}; the card bears that for ${yearsText(years)}. Move what writes most to another disk.`,
        data,
      )
    : ok(place, `${text}; the card bears that for ${yearsText(years)}.`, data);
}
