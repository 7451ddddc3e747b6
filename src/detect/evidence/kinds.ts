import type { EvidenceKind, Kind } from './kind.ts';
import { CORRELATION } from './kinds/correlation.ts';
import { CYCLE } from './kinds/cycle.ts';
import { DURATION } from './kinds/duration.ts';
import { EXTREME } from './kinds/extreme.ts';
import { FLATLINE, FLATLINE_EXIT } from './kinds/flatline.ts';
import { FORECAST_ERROR } from './kinds/forecast-loss.ts';
import { JUMP } from './kinds/jump.ts';
import { LEVEL } from './kinds/level.ts';
import { MEAN_SHIFT } from './kinds/mean-shift.ts';
import { OCCUPANCY } from './kinds/occupancy.ts';
import { SEQUENCE } from './kinds/sequence.ts';
import { VOLATILITY } from './kinds/volatility.ts';

/**
 * Every kind of evidence by its name. The file of a kind contains all of it: question, weights, applicability, rarity, direction,
 * learning, reference and sentence.
 */
export const KINDS: Readonly<Record<EvidenceKind, Kind>> = {
  extreme: EXTREME,
  level: LEVEL,
  forecast_error: FORECAST_ERROR,
  jump: JUMP,
  flatline: FLATLINE,
  flatline_exit: FLATLINE_EXIT,
  sequence: SEQUENCE,
  volatility: VOLATILITY,
  correlation: CORRELATION,
  mean_shift: MEAN_SHIFT,
  duration: DURATION,
  occupancy: OCCUPANCY,
  cycle: CYCLE,
};
