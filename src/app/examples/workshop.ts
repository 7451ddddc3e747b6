import { Random } from '../../math/random.ts';
import { DAY_MS, HOUR_MS } from '../../math/time.ts';
import { isWeekend, Wander } from '../demo/demand.ts';
import { daily, everyMinute, rounded, START_AT, type Example, type RecordedMessage } from './recording.ts';

const DAYS = 10;
/** A bearing of the coolant pump runs dry: it draws more and more for eight hours. */
const FAULT = { from: START_AT + 8.3 * DAY_MS, until: START_AT + 8.3 * DAY_MS + 8 * HOUR_MS };
/** The extra power at the end of the fault, W. */
const FRICTION = 75;

/** Tasmota has local time without an offset; in March that of Berlin is UTC + 1. */
const localTime = (at: number): string => new Date(at + HOUR_MS).toISOString().slice(0, 19);

/**
 * A workshop: a Tasmota plug on the coolant pump, which never stops, and a Shelly Plus 1PM on the air dryer. The plug sends its
 * telemetry each ten minutes (TelePeriod 600), and the Shelly sends its changes.
 *
 *   mains  = 231 + 2.5 cos(day, 4 h) - 1.5 (working hours) + w, sd 0.8 V over 30 min               (1)
 *   pump   = 180 (mains/230)^2 + 14 (working hours, tau 20 min) + w, sd 2 W over 15 min            (2)
 *            and 75 W times the part of the fault that has passed
 *   dryer  = 420 + 20 cos(day, 15 h) + w, sd 6 W over 20 min                                       (3)
 */
export const workshop: Example = {
  name: 'workshop',
  fault: { series: 'coolant-pump-energy-power', ...FAULT },
  series: {
    'coolant-pump-energy-power': 'W',
    'coolant-pump-energy-voltage': 'V',
    'coolant-pump-energy-current': 'A',
    'coolant-pump-energy-total': 'kW',
    'shellyplus1pm-a8032ab636ec-switch-0-apower': 'W',
    'shellyplus1pm-a8032ab636ec-switch-0-current': 'A',
    'shellyplus1pm-a8032ab636ec-switch-0-aenergy-total': 'W',
  },
  *messages(seed) {
    const random = new Random(seed);
    const grid = new Wander(random, 0.8, 30);
    const flow = new Wander(random, 2, 15);
    const dryer = new Wander(random, 6, 20);
    let load = 0;
    let total = 1204.318; // kWh
    let counted = 88_231.5; // Wh
    const shelly = 'shellyplus1pm-a8032ab636ec';

    yield { at: START_AT, topic: 'tele/coolant-pump/LWT', payload: 'Online', retained: true };
    yield { at: START_AT, topic: `${shelly}/online`, payload: 'true', retained: true };

    yield* everyMinute(DAYS, (at, i) => {
      grid.step();
      flow.step();
      dryer.step();
      const hour = ((at + HOUR_MS) % DAY_MS) / HOUR_MS;
      const works = !isWeekend(at) && hour >= 7 && hour < 16 ? 1 : 0;
      load += (works - load) / 20;
      const volts = 231 + 2.5 * daily(at, 4) - 1.5 * load + grid.value; // (1)
      const worn = Math.min(1, Math.max(0, (at - FAULT.from) / (FAULT.until - FAULT.from)));
      const watts = 180 * (volts / 230) ** 2 + 14 * load + flow.value + (at < FAULT.until ? FRICTION * worn : 0); // (2)
      const dry = 420 + 20 * daily(at, 15) + dryer.value; // (3)
      total += watts / 60_000;
      counted += dry / 60;
      const sent: RecordedMessage[] = [];
      if (i % 10 === 0) {
        const ENERGY = {
          TotalStartTime: '2025-01-10T08:12:00',
          Total: rounded(total, 3),
          Yesterday: 4.412,
          Today: rounded((watts / 1000) * hour, 3),
          Period: Math.round(watts / 6),
          Power: Math.round(watts),
          ApparentPower: Math.round(watts / 0.92),
          ReactivePower: Math.round(watts * 0.42),
          Factor: 0.92,
          Voltage: Math.round(volts),
          Current: rounded(watts / 0.92 / volts, 3),
        };
        sent.push({ at, topic: 'tele/coolant-pump/SENSOR', payload: JSON.stringify({ Time: localTime(at), ENERGY }) });
        sent.push({
          at,
          topic: 'tele/coolant-pump/STATE',
          payload: JSON.stringify({ Time: localTime(at), Uptime: '4T02:10:05', POWER: 'ON', Wifi: { RSSI: 74 } }),
        });
      }
      if (i % 10 === 4) {
        const aenergy = { total: rounded(counted, 3), by_minute: [7012.5, 7011.2, 7008.1], minute_ts: at / 1000 };
        const status = {
          id: 0,
          apower: rounded(dry, 1),
          current: rounded(dry / volts, 3),
          aenergy,
          temperature: { tC: 48.2, tF: 118.8 },
        };
        const params = { ts: at / 1000 + 0.25, 'switch:0': status };
        sent.push({
          at: at + 300,
          topic: `${shelly}/events/rpc`,
          payload: JSON.stringify({ src: shelly, dst: `${shelly}/events`, method: 'NotifyStatus', params }),
        });
      }
      return sent;
    });
  },
};
