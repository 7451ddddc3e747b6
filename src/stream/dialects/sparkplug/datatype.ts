import type { Metric } from './payload.ts';

/** Data types of Sparkplug 3.0, section 6.4.16. */
export const DATATYPE = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
  dateTime: 13,
  text: 14,
  uuid: 15,
  dataSet: 16,
} as const;

/** Whether values of the type are measurements: numbers and booleans. */
export const isMeasured = (datatype: number): boolean => datatype >= DATATYPE.int8 && datatype <= DATATYPE.boolean;

/** Texts and times: no measurement, and no loss. The types from 16 on (data sets, templates, files, arrays) are not read. */
export const isPlain = (datatype: number): boolean => datatype < DATATYPE.dataSet;

/**
 * The value of a metric by the data type of its birth; null where the wire has none that fits. Signed integers arrive as
 * unsigned ones of 32 bits (4294967291 for -5), from some senders as ones of 64 bits.
 */
export const valueOf = ({ kind, value }: Metric, datatype: number): number | boolean | null => {
  if (kind === 'decimal') return value;
  if (kind === 'boolean') return value !== 0;
  if (kind !== 'integer') return null;
  switch (datatype) {
    case DATATYPE.int8:
      return (value << 24) >> 24;
    case DATATYPE.int16:
      return (value << 16) >> 16;
    case DATATYPE.int32:
      return value | 0;
    case DATATYPE.uint8:
    case DATATYPE.uint16:
    case DATATYPE.uint32:
      return value >>> 0;
    case DATATYPE.uint64:
      return value < 0 ? value + 2 ** 64 : value;
    case DATATYPE.boolean:
      return value !== 0;
    default:
      return value;
  }
};
