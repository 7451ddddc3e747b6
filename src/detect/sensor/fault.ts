/** What can be wrong with a sensor, apart from any score; `reason.ts` has a sentence for each. */
export const SENSOR_FAULTS = ['silent', 'stuck', 'range', 'leap', 'code', 'reset', 'clock'] as const;
export type SensorFault = (typeof SENSOR_FAULTS)[number];

export const isSensorFault = (cause: string): cause is SensorFault =>
  (SENSOR_FAULTS as readonly string[]).includes(cause);
