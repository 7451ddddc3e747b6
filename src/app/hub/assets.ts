import type { AssetClass } from '../../config/hub/hub-schema.ts';
import { median } from '../../math/median.ts';
import { compileGlobs } from '../../stream/names/glob.ts';
import type { HubAsset } from '../dashboard/contract/hub.ts';

/** Daily figures of one series, newest days last; times in whole days since 1970. */
export interface AssetDays {
  /** `site/series` */
  readonly subject: string;
  readonly unit: string;
  readonly days: readonly { readonly day: number; readonly mean: number; readonly spread: number }[];
  /** Alarms that opened in the last `ALARM_DAYS` days. */
  readonly alarms: number;
}

/** Days that are compared, and how many of them a series must have; members that a day must have. */
export const DAYS = 7;
const MIN_DAYS = 5;
export const ALARM_DAYS = 28;
const MIN_MEMBERS = 5;
/** Distances from the median, in the usual distance, at which a difference is reported, and at which it ends. */
const OPEN_AT = 5;
const CLOSE_AT = 3;
/** The median of absolute distances of normally distributed values is their standard deviation divided by this. */
const MAD_TO_SD = 1.4826;
/** Sensors of one type differ by a percent or two although nothing is wrong. */
const MIN_SHARE = 0.02;

/** The members of a class, of `site/series`. */
export const membersOf = ({ series }: Pick<AssetClass, 'series'>, subjects: readonly string[]): readonly string[] => {
  const matches = compileGlobs(series);
  return subjects.filter(matches);
};

/**
 * Compares each member of a class with all: the daily mean and the spread within a day by how many usual distances (median absolute
 * deviation) they lie from the median, as the median over the last days; the number of alarms by the
 * difference of square roots, which has a standard deviation of about 1/2 for counts. A member that differs already (`isOpen`) does so
 * until it comes nearer than `CLOSE_AT`. `today`: not compared, because it is not over.
 */
export function compareAssets(
  members: readonly AssetDays[],
  today: number,
  isOpen: (subject: string) => boolean,
): readonly HubAsset[] {
  const means = classDays(members, today, ({ mean }) => mean);
  const spreads = classDays(members, today, ({ spread }) => spread);
  return members.map((member) => {
    const mean = distanceOf(member, means, ({ mean: own }) => own);
    const spread = distanceOf(member, spreads, ({ spread: own }) => own);
    const alarms = alarmDistance(member, members);
    const found = [
      { size: Math.abs(mean?.distance ?? 0), text: mean && sentence(member, 'mean', mean) },
      { size: Math.abs(spread?.distance ?? 0), text: spread && sentence(member, 'spread within a day', spread) },
      { size: alarms.distance, text: alarms.text },
    ].toSorted((a, b) => b.size - a.size)[0];
    const differs = found.size >= (isOpen(member.subject) ? CLOSE_AT : OPEN_AT);
    const { subject } = member;
    const own = { subject, mean: mean?.own ?? null, spread: spread?.own ?? null, alarms: member.alarms };
    if (differs) return { ...own, differs, text: found.text ?? '' };
    return { ...own, differs, text: mean === null ? '' : 'Like the others.' };
  });
}

interface ClassDay {
  readonly middle: number;
  readonly usual: number;
  readonly count: number;
}

type Figure = (day: AssetDays['days'][number]) => number;

/** Median and usual distance of all members of a unit, by unit and day: one member does not move them. */
function classDays(members: readonly AssetDays[], today: number, figure: Figure): ReadonlyMap<string, ClassDay> {
  const values = new Map<string, number[]>();
  for (const { unit, days } of members)
    for (const day of days) {
      if (day.day < today - DAYS || day.day >= today) continue;
      const key = `${day.day} ${unit}`;
      const known = values.get(key);
      if (known === undefined) values.set(key, [figure(day)]);
      else known.push(figure(day));
    }
  return new Map(
    [...values].map(([key, all]) => {
      const middle = median(all);
      const mad = MAD_TO_SD * median(all.map((x) => Math.abs(x - middle)));
      return [key, { middle, usual: Math.max(mad, MIN_SHARE * Math.abs(middle), 1e-9), count: all.length }];
    }),
  );
}

interface Distance extends ClassDay {
  readonly own: number;
  readonly distance: number;
}

/** Null where fewer than `MIN_DAYS` of the last days have the member and `MIN_MEMBERS` in all. */
function distanceOf(member: AssetDays, ofClass: ReadonlyMap<string, ClassDay>, figure: Figure): Distance | null {
  const rows = member.days.flatMap((day) => {
    const all = ofClass.get(`${day.day} ${member.unit}`);
    if (all === undefined || all.count < MIN_MEMBERS) return [];
    const own = figure(day);
    return [{ ...all, own, distance: (own - all.middle) / all.usual }];
  });
  if (rows.length < MIN_DAYS) return null;
  const of = (key: keyof Distance): number => median(rows.map((row) => row[key]));
  const [own, middle, usual, distance] = [of('own'), of('middle'), of('usual'), of('distance')];
  return { own, middle, usual, distance, count: Math.max(...rows.map(({ count }) => count)) };
}

function alarmDistance(member: AssetDays, members: readonly AssetDays[]): { distance: number; text: string } {
  if (members.length < MIN_MEMBERS) return { distance: 0, text: '' };
  const usual = median(members.map(({ alarms }) => alarms));
  const week = (count: number): string => text(count / (ALARM_DAYS / 7));
  return {
    distance: 2 * (Math.sqrt(member.alarms) - Math.sqrt(Math.max(usual, 1))),
    text: `${member.subject} has ${week(member.alarms)} alarms a week over the last ${ALARM_DAYS} days; the median of the ${members.length} like it is ${week(usual)}.`,
  };
}

function sentence(
  { subject, unit }: AssetDays,
  what: string,
  { own, middle, usual, distance, count }: Distance,
): string {
  const of = (value: number): string => `${text(value)}${unit === '' ? '' : ` ${unit}`}`;
  const side = distance > 0 ? 'above' : 'below';
  return (
    `${subject}: its ${what} over the last ${DAYS} days is ${of(own)}, ${of(Math.abs(own - middle))} ${side} the median of the ${count} like it, ` +
    `which is ${of(middle)}. The usual distance between them is ${of(usual)}.`
  );
}

/** Three significant digits. */
const text = (value: number): string => String(Number(value.toPrecision(3)));
