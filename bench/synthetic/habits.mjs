import { START_AT } from './stationary.mjs';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const INTERVAL_MS = 5 * MINUTE_MS;
export const DAYS = 56;
/** The habit does not come on the 24th, 33rd, 41st and 50th day. */
const MISSED_DAYS = new Set([24, 33, 41, 50]);

const dayOf = (at) => Math.floor((at - START_AT) / DAY_MS);
const minuteOf = (at) => ((at - START_AT) % DAY_MS) / MINUTE_MS;

/** A load that wanders, with a standard deviation of `deviation`. */
function wandering(random, deviation) {
  let load = 0;
  return () => (load = 0.9 * load + Math.sqrt(1 - 0.81) * deviation * random.normal());
}

/** When the habit begins on each day, in minutes after midnight; NaN on a day without it. */
function beginnings(random, { minute, jitter, every = 1 }) {
  return Array.from({ length: DAYS }, (_, day) => {
    const begins = minute + jitter * random.normal();
    return day % every === 0 && !MISSED_DAYS.has(day) ? begins : NaN;
  });
}

/**
 * Sensors with a habit that is one movement among others, and does not come on some days. `measure(random)` begins a series: it gives a function from
 * the time of a reading, epoch ms, to its value. `missed`: the times at which the habit was due and did not come.
 */
export const HABITS = [
  {
    name: 'server load, with a backup every night',
    habit: { minute: 120, jitter: 5 },
    measure: (random, begins) => {
      const load = wandering(random, 2.3);
      return (at) => {
        const minutes = minuteOf(at) - begins[dayOf(at)];
        const daily = 5 * Math.sin((2 * Math.PI * minuteOf(at)) / 1440 - 2);
        return 15 + daily + load() + (minutes >= 0 && minutes < 20 ? 50 + 2 * random.normal() : 0);
      };
    },
  },
  {
    name: 'room, aired every morning',
    habit: { minute: 420, jitter: 60 },
    measure: (random, begins) => {
      const draught = wandering(random, 0.12);
      return (at) => {
        const minutes = minuteOf(at) - begins[dayOf(at)];
        const daily = 0.3 * Math.sin((2 * Math.PI * minuteOf(at)) / 1440);
        const aired = minutes >= 0 && minutes < 60 ? 3 * Math.exp(-(((minutes - 20) / 20) ** 2)) : 0;
        return 21 + daily + draught() - aired;
      };
    },
  },
  {
    name: 'soil moisture, watered every second morning',
    habit: { minute: 300, jitter: 20, every: 2 },
    measure: (random, begins) => {
      const noise = wandering(random, 0.4);
      let moisture = 35;
      return (at) => {
        const minutes = minuteOf(at) - begins[dayOf(at)];
        moisture += minutes >= 0 && minutes < 30 ? 4 : (15 - moisture) * 0.0008;
        return moisture + noise();
      };
    },
  },
].map(({ name, habit, measure }) => ({
  name,
  missed: [...MISSED_DAYS]
    .filter((day) => day % (habit.every ?? 1) === 0)
    .map((day) => START_AT + day * DAY_MS + habit.minute * MINUTE_MS),
  measure: (random) => {
    const valueAt = measure(random, beginnings(random, habit));
    return (at) => Math.round(100 * valueAt(at)) / 100;
  },
}));
