import { Random } from '../../math/random.ts';
import { DAY_MS, HOUR_MS } from '../../math/time.ts';
import { Wander } from '../demo/demand.ts';
import { daily, everyMinute, rounded, START_AT, towards, type Example, type RecordedMessage } from './recording.ts';

const DAYS = 12;
/** The heater does not start in the night from the tenth to the eleventh day. */
const FAULT = { from: START_AT + 9.75 * DAY_MS, until: START_AT + 9.75 * DAY_MS + 12 * HOUR_MS };

/** EUI and name of the devices in ChirpStack. */
const AIR = ['24e124136c506271', 'Greenhouse air'] as const;
const BEDS = [
  ['24e124126b147201', 'Bed 1 soil'],
  ['24e124126b147202', 'Bed 2 soil'],
] as const;

/**
 * A greenhouse with LoRaWAN sensors below ChirpStack: one for the air, two in the soil, each with an uplink in 15 minutes. Two
 * gateways are served by two servers, so one uplink in five comes twice.
 *
 *   outside = 4 + 6 cos(day, 14 h) + w, sd 1.5 K over 24 h                                         (1)
 *   sun     = 12 max(0, cos(day, 13 h)) (1 + w_sky), sd 0.15 over 6 h                              (2)
 *   air follows max(outside + 3 + sun, 14 °C: the heater), tau 40 min                              (3)
 *   humidity = 80 - 1.4 (air - 14) + noise, sd 1 %, at most 99.9 %                                 (4)
 *   soil dries by 0.35 % an hour in the sun and 0.1 % at night; watered at 06:00 up to 36 %         (5)
 */
export const greenhouse: Example = {
  name: 'greenhouse',
  fault: { series: 'greenhouse-air-temperature', ...FAULT },
  series: {
    'greenhouse-air-temperature': '°C',
    'greenhouse-air-humidity': '%',
    'bed-1-soil-soil_moisture': '%',
    'bed-1-soil-temperature': '°C',
    'bed-2-soil-soil_moisture': '%',
    'bed-2-soil-temperature': '°C',
  },
  *messages(seed) {
    const random = new Random(seed);
    const weather = new Wander(random, 1.5, 1440);
    const sky = new Wander(random, 0.15, 360);
    let air = 14;
    const soil = [34, 33];
    let frame = 960;

    const uplink = (at: number, [eui, name]: readonly [string, string], object: object): RecordedMessage => {
      frame++;
      const id = `${eui}-${String(frame).padStart(6, '0')}`;
      return {
        at,
        topic: `application/17c82e96-be03-4f38-aef3-f83d48582d97/device/${eui}/event/up`,
        payload: JSON.stringify({
          deduplicationId: id,
          time: new Date(at - 400).toISOString(),
          deviceInfo: { applicationName: 'Greenhouse', deviceName: name, devEui: eui },
          dr: 5,
          fCnt: frame,
          fPort: 85,
          object,
          rxInfo: [
            { gatewayId: '0016c001f153a14c', rssi: -90 - random.below(20), snr: rounded(8 + random.normal(), 1) },
          ],
        }),
      };
    };

    yield* everyMinute(DAYS, (at, i) => {
      weather.step();
      sky.step();
      const broken = at >= FAULT.from && at < FAULT.until;
      const outside = 4 + 6 * daily(at, 14) + weather.value; // (1)
      const sun = 12 * Math.max(0, daily(at, 13)) * (1 + sky.value); // (2)
      const free = outside + 3 + sun;
      air = towards(air, broken ? free : Math.max(free, 14), 40); // (3)
      for (let n = 0; n < BEDS.length; n++) {
        soil[n] -= (0.1 + (0.25 * sun) / 12) / 60;
        if (i % 1440 === 360) soil[n] = 36 - n; // (5)
      }
      const sent: RecordedMessage[] = [];
      if (i % 15 === 2) {
        const humidity = Math.min(99.9, 80 - 1.4 * (air - 14) + random.normal()); // (4)
        const temperature = rounded(air + 0.08 * random.normal(), 1);
        sent.push(uplink(at, AIR, { temperature, humidity: rounded(humidity, 1), battery: 97 }));
      }
      BEDS.forEach((bed, n) => {
        if (i % 15 !== 5 + 4 * n) return;
        const temperature = rounded(0.6 * air + 6 + 0.05 * random.normal(), 1);
        sent.push(
          uplink(at, bed, { soil_moisture: rounded(soil[n] + 0.15 * random.normal(), 1), temperature, battery: 88 }),
        );
      });
      for (const message of [...sent]) if (random.below(5) === 0) sent.push({ ...message, at: message.at + 120 });
      return sent;
    });
  },
};
