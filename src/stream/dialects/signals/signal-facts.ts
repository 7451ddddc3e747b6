import type { RateUnit } from '../../../detect/reading.ts';

/** Why a number is no signal, in words for the operator. */
export type NoSignal =
  | 'link quality'
  | 'uptime'
  | 'battery'
  | 'time'
  | 'identifier'
  | 'event'
  | 'setting'
  | 'device diagnostics'
  | 'alarm of the device'
  | 'duplicate'
  | 'derived'
  | 'position';

/** What a dialect states about a signal. An absent member is not known. */
export interface SignalFacts {
  /** As shown in sentences; '' if the dialect states that there is none. */
  readonly unit?: string;
  /** Physically possible values. */
  readonly range?: readonly [number, number];
  /** The value counts up; the time in which its rise is of interest. */
  readonly counter?: RateUnit;
  /** The value is on or off. */
  readonly binary?: boolean;
  /** The value is not read, unless `include` of the input names it. */
  readonly noSignal?: NoSignal;
}
