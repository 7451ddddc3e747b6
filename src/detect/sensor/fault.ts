/** The faults of a sensor, which do not depend on any score; `reason.ts` has a sentence for each. */
export const SENSOR_FAULTS = ['silent', 'stuck', 'range', 'max_step', 'error_code', 'counter_reset', 'clock'] as const;
export type SensorFault = (typeof SENSOR_FAULTS)[number];

export const isSensorFault = (cause: string): cause is SensorFault =>
  (SENSOR_FAULTS as readonly string[]).includes(cause);

/** Whether the limit of a fault is learned, so that its confidence grows with the number of readings; else it is 1. */
export const isLearnedFault = (fault: SensorFault): boolean =>
  fault === 'silent' || fault === 'stuck' || fault === 'error_code';
