/**
 * Device classes of sensors in Home Assistant whose meaning follows from the unit alone, with the units that it accepts for them. A
 * percentage may be humidity or battery, so it has none. https://www.home-assistant.io/integrations/sensor/#device-class
 */
const DEVICE_CLASSES: Readonly<Record<string, readonly string[]>> = {
  apparent_power: ['VA'],
  current: ['A', 'mA'],
  frequency: ['Hz', 'kHz', 'MHz', 'GHz'],
  illuminance: ['lx'],
  irradiance: ['W/m²'],
  power: ['mW', 'W', 'kW', 'MW', 'GW', 'TW'],
  pressure: ['Pa', 'hPa', 'kPa', 'mbar', 'bar', 'psi', 'inHg', 'mmHg'],
  speed: ['m/s', 'km/h', 'mph', 'mm/s'],
  temperature: ['°C', '°F'],
  voltage: ['mV', 'V'],
  volume_flow_rate: ['m³/h', 'L/min', 'gal/min', 'ft³/min'],
};

/** Null where the unit does not determine one. */
export const deviceClassOf = (unit: string): string | null =>
  Object.keys(DEVICE_CLASSES).find((name) => DEVICE_CLASSES[name].includes(unit)) ?? null;
