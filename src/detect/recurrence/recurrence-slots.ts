// Slots of one piece of memory; `Recurrence` has those of the open or last excursion, its `PastEvents` the others.
export const WEEKS = 0; // observed time, faded
export const DAY = 1; // share of the local day that was over when the excursion began
export const SAID = 2; // what the operator says of the excursion
export const PLACE = 3; // of the signature that was counted last
export const UNFADED_MS = 4; // observed time since the counts of the signatures faded
export const RATES_MS = 5; // observed time of the stream then
export const REPORTED = 6; // 1 where the excursion was an alarm
export const ALARMED = 7; // start of the first alarm before the cycle was known, epoch ms; 0 where there was none
export const SAID_TO = 8; // the farthest value of the excursion when the operator named it
export const SLOTS = 9;
