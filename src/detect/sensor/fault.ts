/** What can be wrong with a sensor, apart from any score; `reason.ts` has a sentence for each. */
export const SENSOR_FAULTS = ['silent', 'stuck', 'range', 'max_step', 'error_code', 'counter_reset', 'clock'] as const;
export type SensorFault = (typeof SENSOR_FAULTS)[number];

export const isSensorFault = (cause: string): cause is SensorFault =>
  (SENSOR_FAULTS as readonly string[]).includes(cause);

/** Whether a fault is one by the habits of the sensor, and no surer than these are known; the others are plain facts. */
export const isLearnedFault = (fault: SensorFault): boolean =>
  fault === 'silent' || fault === 'stuck' || fault === 'error_code';
