// Slots of one piece of memory; `Recurrence` has those of the open or last excursion, its `PastEvents` the others.
export const WEEKS = 0; // observed time, faded
export const DAY = 1; // share of the local day that was over when the excursion began
export const SAID = 2; // the operator's judgement of the excursion
export const UNFADED_MS = 3; // observed time since the counts of the signatures faded
export const RATES_MS = 4; // observed time of the stream then
export const REPORTED = 5; // 1 where the excursion was an alarm
export const ALARMED = 6; // start of the first alarm before the cycle was known, epoch ms; 0 where there was none
export const SAID_TO = 7; // the farthest value of the excursion when the operator named it
export const OPENED = 8; // 1 where it opened an alarm
export const SLOTS = 9;
