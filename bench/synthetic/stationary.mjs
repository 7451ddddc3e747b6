const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A Monday. */
export const START_AT = Date.UTC(2024, 0, 1);

const circle = (share) => 2 * Math.PI * share;
const dayOf = (at) => (at % DAY_MS) / DAY_MS;
/** 0 on Mondays. */
const weekdayOf = (at) => Math.floor((at - START_AT) / DAY_MS) % 7;
const rounded = (x, step) => Number((Math.round(x / step) * step).toFixed(6));

/** Returns to 0 by 1 - a in each step, with standard deviation 1. */
function wanderer(a, random) {
  let x = random.normal();
  return () => (x = a * x + Math.sqrt(1 - a * a) * random.normal());
}

/** Student's t with three degrees of freedom, standard deviation sqrt(3). */
function heavy(random) {
  const square = () => random.normal() ** 2;
  return random.normal() / Math.sqrt((square() + square() + square()) / 3);
}

/** Knuth's product of uniforms. */
function poisson(mean, random) {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}

/**
 * Eight sensors that never do anything they have not always done: every alarm on one of them is false. `measure(random)`
 * begins a series: it gives a function from the time of a reading, epoch ms, to its value.
 */
export const STATIONARY = [
  {
    name: 'white noise',
    intervalMs: MINUTE_MS,
    measure: (random) => () => 20 + random.normal(),
  },
  {
    name: 'wandering (AR(1), 0.9)',
    intervalMs: MINUTE_MS,
    measure(random) {
      const wander = wanderer(0.9, random);
      return () => 20 + wander();
    },
  },
  {
    name: 'day and noise',
    intervalMs: 5 * MINUTE_MS,
    measure: (random) => (at) => 20 + 5 * Math.sin(circle(dayOf(at))) + 0.5 * random.normal(),
  },
  {
    name: 'working week and noise',
    intervalMs: 5 * MINUTE_MS,
    measure: (random) => (at) => {
      const hour = 24 * dayOf(at);
      const open = weekdayOf(at) < 5 && hour >= 8 && hour < 18;
      return (open ? 60 : 20) + 3 * random.normal();
    },
  },
  {
    name: 'coarse, in steps of 0.1',
    intervalMs: 2 * MINUTE_MS,
    measure(random) {
      const wander = wanderer(0.98, random);
      return () => rounded(20 + 0.3 * wander(), 0.1);
    },
  },
  {
    name: "heavy tails (Student's t, 3)",
    intervalMs: MINUTE_MS,
    measure: (random) => () => 20 + heavy(random),
  },
  {
    name: 'on and off at random',
    intervalMs: MINUTE_MS,
    measure(random) {
      let on = false;
      let left = 0;
      return () => {
        if (left-- <= 0) {
          on = !on;
          left = 5 + random.below(on ? 20 : 40);
        }
        return (on ? 100 : 5) + random.normal();
      };
    },
  },
  {
    name: 'counts (Poisson, 4)',
    intervalMs: 5 * MINUTE_MS,
    measure: (random) => () => poisson(4, random),
  },
];
