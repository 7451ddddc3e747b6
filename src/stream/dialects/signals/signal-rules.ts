import type { NoSignal } from './signal-facts.ts';

/** A quantity that follows from a field name. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
  /** What can physically be; left out where a value outside was seen. */
  readonly range?: readonly [number, number];
  /** For a meter that counts up: the time in which its rise is of interest. */
  readonly counter?: 'minute' | 'hour' | 'day';
}

export type Rule<T> = readonly [RegExp, T];

/**
 * By the words of a field name: lower case, one space between words, numbers at the end removed. The first match counts.
 * Payloads: zigbee2mqtt exposes, Tasmota sensors, Shelly components, ESPHome and Home Assistant device classes.
 */
export const NO_SIGNAL: readonly Rule<NoSignal>[] = [
  [
    /^(link ?quality|lqi|rssi|snr|signal( strength)?|wifi( signal| rssi| ?strength)?|channel rssi|link margin|air util tx|channel utilization)$|rssi$/,
    'link quality',
  ],
  [
    /^(up time|uptime (sec|seconds)|run time|boot count|reboot count|restart count|mqtt count|operating time|(.* )?(work min|work ?time))$|uptime$/,
    'uptime',
  ],
  [
    /^(battery|batt|bat|bat v|battery ok|soc battery|battery (level|voltage|percent|percentage|low|state|remaining))$|battery( level)?$/,
    'battery',
  ],
  [
    /^(last seen|last reset|last changed|last updated|ts|time|timestamp|time stamp|date|datetime|epoch|unixtime|unix time|at|total start time|last restart time|last contact|last active|last update|.* ts)$/,
    'time',
  ],
  [
    /^(id|uid|uuid|serial|serial number|index|seq|sequence|port|f port|f ?cnt|fcnt|dr|channel|endpoint|gateway|version|ver|fw|src|dst|group|rev|cfg rev|msg ?id|frame counter|(.* )?(id|pid|version)|(mac|product) type|major|minor|device instance|dpt|subtype|neighbors)$/,
    'identifier',
  ],
  [
    /^(brightness|color|colour|color temp|color mode|hue|saturation|x|y|transition|effect|.*(set ?point|calibration|sensitivity|threshold|timeout|interval|brightness|behaviou?r|mode|preset|schedule|delay|duration|limit|enable|enabled|lock|countdown|offset|resolution|target c|target f|precision|keep time))$|^(limit|target) |^(min|max) soc$/,
    'setting',
  ],
  [
    /^(heap|free ?(heap|mem|stack)|(tx|rx) ?(power|received|fails|reads|writes|count)|free memory|ram( size| free)?|fs (size|free)|mem.*|sleep|load avg|cpu.*|loop time|.*(internal|chip|device|cpu|soc) temp(erature)?|update.*|ota.*|available updates|restart required|power outage count|trigger count|response time|error code|errors?)$/,
    'device diagnostics',
  ],
  [
    /^(tamper|smoke|gas alarm|alarm|water leak|carbon monoxide alarm|(over|under) ?(temperature|power|voltage|current)|overload|fault|trouble|test|self test)$/,
    'alarm of the device',
  ],
  [
    /^(t ?f|fahrenheit|(.* )?(temperature|temp)( \d+)? ?f|today|yesterday|period|(total|energy) (today|yesterday)|(day|today|daily) (energy|yield)|yield (day|today))$/,
    'duplicate',
  ],
  [
    /^(apparent power|reactive power|factor|power factor|pf|pf ac|dew ?point( [cf])?|absolute humidity|heat index|abs humidity)$/,
    'derived',
  ],
  [/^(lat|lon|lng|latitude|longitude|altitude|azimuth|elevation)$/, 'position'],
];

const UNIT_ENDS: readonly (readonly [words: string, unit: string])[] = [
  ['km h', 'km/h'],
  ['m s', 'm/s'],
  ['mi h', 'mph'],
  ['mph', 'mph'],
  ['hpa', 'hPa'],
  ['kpa', 'kPa'],
  ['psi', 'psi'],
  ['bar', 'bar'],
  ['mm', 'mm'],
  ['cm', 'cm'],
  ['deg', '°'],
  ['ppm', 'ppm'],
  ['ppb', 'ppb'],
  ['kw', 'kW'],
  ['mv', 'mV'],
  ['ma', 'mA'],
  ['l min', 'l/min'],
  ['percent', '%'],
  ['pct', '%'],
];

export const QUANTITIES: readonly Rule<Quantity>[] = [
  [
    /(^| )(t ?c|tmp|celsius|[a-z]*temp( ?c)?|temperature( c)?|(temp|temperature) \d+ c)$/,
    { name: 'temperature', unit: '°C', range: [-55, 125] },
  ],
  [
    /(^| )(rh|hum|humidity|relative humidity|moisture|soil moisture|soil humidity)$/,
    { name: 'humidity', unit: '%', range: [0, 100] },
  ],
  [/(^| )(barometer|air pressure|atmospheric pressure)$/, { name: 'pressure', unit: 'hPa', range: [300, 1200] }],
  [/(^| )(pressure|press) hpa$/, { name: 'pressure', unit: 'hPa', range: [300, 1200] }],
  [/(^| )(pressure|press)$/, { name: 'pressure', unit: '' }],
  [/(^| )(soc|state of charge)$/, { name: 'charge', unit: '%', range: [0, 100] }],
  [/(^| )(co ?2|carbon dioxide|e ?co ?2)$/, { name: 'co2', unit: 'ppm', range: [0, 40_000] }],
  [/(^| )(pm ?(1|2.?5|4|10)(.0)?|pm|particulate.*)$/, { name: 'particles', unit: 'µg/m³', range: [0, 10_000] }],
  [/(^| )(tvoc|voc|voc index|air quality|iaq)$/, { name: 'voc', unit: '' }],
  [
    /(^| )(illuminance|illumination|illuminance lux|lux|lx|light level|light|light lux)$/,
    { name: 'illuminance', unit: 'lx', range: [0, 300_000] },
  ],
  // evcc and inverters name the unit in their documentation or in the name.
  [
    /(^| )(aenergy( total)?|charged energy|wh|wh (imported|exported))$/,
    { name: 'energy', unit: 'Wh', counter: 'hour' },
  ],
  // Key of a meter in the command class 0x32 of Z-Wave: type, scale and rate as one number.
  [/(^| )value 65537$/, { name: 'energy', unit: 'kWh', counter: 'hour' }],
  [/(^| )value 66049$/, { name: 'power', unit: 'W' }],
  [/(^| )value 66561$/, { name: 'voltage', unit: 'V', range: [0, 1000] }],
  [/(^| )value 66817$/, { name: 'current', unit: 'A' }],
  // A smart meter as DSMR-reader publishes it: the present power in kW, the energy so far in kWh.
  [/(^| )currently (delivered|returned)( l)?$/, { name: 'power', unit: 'kW' }],
  [/(^| )(electricity|device) (delivered|returned)$/, { name: 'energy', unit: 'kWh', counter: 'hour' }],
  [
    /(^| )energy (total|total kwh)$|(^| )(energy|kwh|consumption|energy consumption|import|export|total energy|energy total|total in|total out|yield (total|user)|nrg total|energy (forward|reverse))$/,
    { name: 'energy', unit: 'kWh', counter: 'hour' },
  ],
  [
    /(^| )(water|gas|volume) ?(total|consumption|consumed|meter|volume|m3)$|(^| )(m3|total volume)$/,
    { name: 'volume', unit: 'm³', counter: 'hour' },
  ],
  [
    /(^| )(apower|power|watt|watts|active power|act power|total power|total act power|load power|power [abc]|power dc|power l|p [ad]c|power in)$/,
    { name: 'power', unit: 'W' },
  ],
  [
    /(^| )(voltage|volt|volts|voltage phase [abc]|[abc] voltage|voltage l|u [ad]c)$/,
    { name: 'voltage', unit: 'V', range: [0, 1000] },
  ],
  [/(^| )(current|amps?|ampere|current phase [abc]|[abc] current|current l|i [ad]c)$/, { name: 'current', unit: 'A' }],
  [/(^| )(frequency|freq|ac frequency|f ac)$/, { name: 'frequency', unit: 'Hz', range: [0, 1000] }],
  [/(^| )(wind ?speed|wind gust|gust)$/, { name: 'wind', unit: 'm/s', range: [0, 120] }],
  [/(^| )(noise|sound level|spl)$/, { name: 'noise', unit: 'dB', range: [0, 160] }],
  [/(^| )(ph)$/, { name: 'ph', unit: '', range: [0, 14] }],
  [/(^| )(rpm)$/, { name: 'speed', unit: 'rpm' }],
  [
    /(^| )(position|current position|valve|pi heating demand|filling|fill level)$/,
    { name: 'position', unit: '%', range: [0, 100] },
  ],
  [
    /(^| )(flow|flow rate|level|distance|weight|vibration|speed|rate|flow temperature|local temperature)$/,
    { name: '', unit: '' },
  ],
  [
    /(^| )(state|contact|occupancy|presence|motion|reachable|producing|charging|open|door|window|relay|output|running|state (left|right|l ?\d)|pump|heating)$/,
    { name: 'state', unit: '' },
  ],
  // Rain gauges send the rain since their battery was changed.
  [/(^| )rain (mm|total)$/, { name: 'rain', unit: 'mm', counter: 'hour' }],
  [/(^| )rain in$/, { name: 'rain', unit: 'in', counter: 'hour' }],
  [/(^| )odometer$/, { name: 'distance', unit: 'km', counter: 'day' }],
  // The unit is the end of the name.
  ...UNIT_ENDS.map(([words, unit]): Rule<Quantity> => [new RegExp(` ${words}$`), { name: '', unit }]),
];

/** Names that say nothing about the quantity: the word before them does. */
export const GENERIC =
  /^(value|val|v|state|reading|data|sensor|measurement|current value|status|number|input|total|raw|result|payload)$/;
