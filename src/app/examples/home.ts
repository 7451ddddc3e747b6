import { Random } from '../../math/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';
import { Wander } from '../demo/demand.ts';
import { daily, everyMinute, rounded, START_AT, towards, type Example, type RecordedMessage } from './recording.ts';

const DAYS = 9;
/** The door of the freezer stays ajar for four hours. */
const FAULT = { from: START_AT + 7.6 * DAY_MS, until: START_AT + 7.6 * DAY_MS + 4 * HOUR_MS };
/** Five minutes after the last message of the bedroom's sensor, zigbee2mqtt announces that it is offline. */
const LOST_AT = START_AT + 8.5 * DAY_MS + 8 * MINUTE_MS;

/**
 * A house: zigbee2mqtt sensors in the kitchen, the bedroom and the freezer, an ESPHome sensor in the living room, and the heat
 * pump as Home Assistant publishes it. zigbee2mqtt sends a message each ten minutes, with battery, link quality and firmware.
 *
 *   outside = 6 + 5 cos(day, 15 h) + w, w wanders with sd 1.5 K over 24 h                                 (1)
 *   a room  = its setpoint + 0.05 (outside - 6) + w_room, sd 0.25 K over 3 h                             (2)
 *   freezer: its compressor switches at -17.4 and -18.6 °C; with the door ajar it tends to -4 °C, tau 90 min (3)
 *   heat pump = 900 - 55 (outside - 6) + w_pump W, sd 25 W over 30 min                                   (4)
 */
export const home: Example = {
  name: 'home',
  fault: { series: 'cellar-freezer-temperature', ...FAULT },
  loss: { series: 'bedroom-climate-temperature', at: LOST_AT },
  series: {
    'kitchen-climate-temperature': '°C',
    'kitchen-climate-humidity': '%',
    'bedroom-climate-temperature': '°C',
    'bedroom-climate-humidity': '%',
    'cellar-freezer-temperature': '°C',
    'livingroom-temperature': '°C',
    heat_pump_power: 'W',
  },
  *messages(seed) {
    const random = new Random(seed);
    const weather = new Wander(random, 1.5, 1440);
    const pump = new Wander(random, 25, 30);
    const rooms = [
      { name: 'kitchen/climate', setpoint: 20.5, humidity: 48, mood: new Wander(random, 0.25, 180) },
      { name: 'bedroom/climate', setpoint: 18, humidity: 52, mood: new Wander(random, 0.25, 180) },
    ];
    const living = new Wander(random, 0.25, 180);
    let freezer = -18;
    let cooling = false;

    const device = (name: string, values: object, at: number): RecordedMessage => ({
      at,
      topic: `zigbee2mqtt/${name}`,
      payload: JSON.stringify({
        battery: 91,
        ...values,
        linkquality: 80 + random.below(60),
        voltage: 2975 + random.below(50),
        update: { installed_version: 8960, latest_version: 8960, state: 'idle' },
        last_seen: new Date(at - 200).toISOString(),
      }),
    });

    yield { at: START_AT, topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"online"}', retained: true };
    const attribute = 'homeassistant/sensor/heat_pump_power/unit_of_measurement';
    yield { at: START_AT, topic: attribute, payload: '"W"', retained: true };

    yield* everyMinute(DAYS, (at, i) => {
      weather.step();
      living.step();
      pump.step();
      for (const { mood } of rooms) mood.step();
      const ajar = at >= FAULT.from && at < FAULT.until;
      if (freezer > -17.4) cooling = true;
      if (freezer < -18.6) cooling = false;
      freezer = towards(freezer, ajar ? -4 : cooling ? -26 : -8, ajar ? 90 : 170); // (3)
      const cold = 5 * daily(at, 15) + weather.value; // (1)
      const sent: RecordedMessage[] = [];
      rooms.forEach(({ name, setpoint, humidity, mood }, n) => {
        if (i % 10 !== 3 * n || (n === 1 && at > LOST_AT)) return;
        const temperature = setpoint + 0.05 * cold + mood.value + 0.03 * random.normal(); // (2)
        const moist = humidity - 2.5 * mood.value + 0.4 * random.normal();
        sent.push(device(name, { temperature: rounded(temperature, 2), humidity: rounded(moist, 1) }, at));
      });
      if (i % 10 === 7)
        sent.push(device('cellar/freezer', { temperature: rounded(freezer + 0.05 * random.normal(), 2) }, at));
      if (i % 10 === 1) {
        const temperature = 21 + 0.05 * cold + living.value + 0.03 * random.normal();
        sent.push({ at, topic: 'livingroom/sensor/temperature/state', payload: temperature.toFixed(1) });
        const power = 900 - 55 * cold + pump.value; // (4)
        sent.push({ at, topic: 'homeassistant/sensor/heat_pump_power/state', payload: power.toFixed(0) });
      }
      if (at === LOST_AT)
        sent.push({ at, topic: 'zigbee2mqtt/bedroom/climate/availability', payload: '{"state":"offline"}' });
      return sent;
    });
  },
};
