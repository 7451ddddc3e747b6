import { parseDecimal, parseNumber } from '../../stream/values/number.ts';

/** The words with which exports say that there is no value, beside those that sensors use. */
const MISSING = /^(?:|-|n\/?a|nan|null|none|unavailable|unknown)$/i;
export const isMissing = (cell: string): boolean => MISSING.test(cell);

/** Space, apostrophe, no-break space, thin space and narrow no-break space separate groups of three digits. */
const GAP = "[ '’\u00a0\u2009\u202f]";
const SPACED = new RegExp(String.raw`^\d{1,3}(?:${GAP}\d{3})+(?:([.,])\d+)?$`);
const GAPS = new RegExp(GAP, 'g');
/** A number in any notation, and the unit behind it: at most sixteen letters and signs, such as °C, % or µg/m³. */
const MEASURED = new RegExp(
  String.raw`^([+\-−]?(?:\d|[.,]\d)(?:[\d.,]|${GAP}(?=\d))*(?:e[+-]?\d+)?)\s*((?:[\p{L}°%‰][\p{L}°%‰²³/·*^⁻¹]{0,14}[23]?)?)$`,
  'iu',
);

/** The common case, which shows nothing. */
const WHOLE = /^-?\d+$/;

export type Decimal = '.' | ',';

/** What the digits and signs of a number say about its decimal sign. */
type Notation = 'plain' | Decimal | 'either-dot' | 'either-comma' | 'none';

const notationOf = (digits: string): Notation => {
  if (/^\d+$/.test(digits)) return 'plain';
  const spaced = SPACED.exec(digits);
  if (spaced !== null) return (spaced[1] as Decimal | undefined) ?? 'plain';
  if (/^\d{1,3}(?:,\d{3})+\.\d+$/.test(digits) || /^\d{1,3}(?:,\d{3}){2,}$/.test(digits)) return '.';
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(digits) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(digits)) return ',';
  if (/^[1-9]\d{0,2},\d{3}$/.test(digits)) return 'either-comma';
  if (/^[1-9]\d{0,2}\.\d{3}$/.test(digits)) return 'either-dot';
  if (/^\d*,\d+(?:e[+-]?\d+)?$/i.test(digits)) return ',';
  return parseDecimal(digits) === null ? 'none' : '.';
};

interface Measured {
  readonly negative: boolean;
  readonly digits: string;
  readonly notation: Notation;
  readonly unit: string;
}

const measuredIn = (cell: string): Measured | null => {
  const match = MEASURED.exec(cell);
  if (match === null) return null;
  const digits = match[1].replace(/^[+\-−]/, '');
  const notation = notationOf(digits);
  if (notation === 'none') return null;
  return { negative: /^[-−]/.test(match[1]), digits, notation, unit: match[2] };
};

/** Whether a cell is a number in some notation, with or without a unit. */
export const readsAsNumber = (cell: string): boolean =>
  typeof parseNumber(cell) === 'number' || measuredIn(cell) !== null;

/** Which decimal sign the numbers of a column, or of a file, show. */
export interface DecimalEvidence {
  /** A number that shows each sign; null where there is none. */
  readonly dot: string | null;
  readonly comma: string | null;
}

/** How the numbers of one column are written: decimal sign, separator of thousands, unit. Sees every cell of the column. */
export class NumberNotation implements DecimalEvidence {
  dot: string | null = null;
  comma: string | null = null;
  /** A number such as 1,234 or 1.234: with thousands, or with three decimals. */
  eitherComma: string | null = null;
  eitherDot: string | null = null;
  /** The unit of the first number that has one. */
  unit = '';
  /** Cells that are not missing, and those of them that are numbers with the unit of the column or with none. */
  filled = 0;
  numbers = 0;
  private special = false;

  /** Takes the next cell. A cell that is missing says nothing. */
  observe(cell: string): void {
    if (isMissing(cell)) return;
    this.filled++;
    if (WHOLE.test(cell)) {
      this.numbers++;
      return;
    }
    const measured = measuredIn(cell);
    if (measured === null) {
      if (typeof parseNumber(cell) === 'number') this.numbers++;
      return;
    }
    const { notation, unit, digits } = measured;
    if (unit !== '' && this.unit === '') this.unit = unit;
    if (unit !== '' && unit !== this.unit) return;
    this.numbers++;
    if (notation === '.') this.dot ??= cell;
    else if (notation === ',') this.comma ??= cell;
    else if (notation === 'either-comma') this.eitherComma ??= cell;
    else if (notation === 'either-dot') this.eitherDot ??= cell;
    this.special ||= unit !== '' || parseDecimal(digits) === null || cell.startsWith('−');
  }

  /**
   * The decimal sign of the column: the one that its own numbers show, else the one that the file shows, else a text that says
   * why neither can be decided. Semicolons between columns are there because the comma is the decimal sign. In JSON (`plain`)
   * a dot is always the decimal sign.
   */
  decimal(file: DecimalEvidence, delimiter: string, plain: boolean): string {
    const dot = this.dot ?? (plain ? this.eitherDot : null);
    const { comma, eitherComma, eitherDot } = this;
    if (dot !== null && comma !== null) return bothSigns(dot, comma);
    if (dot !== null) return '.';
    if (comma !== null) return ',';
    if (eitherComma === null && eitherDot === null) return '.';
    if (eitherComma !== null && eitherDot !== null) return bothSigns(eitherDot, eitherComma);
    if (file.dot !== null && file.comma === null) return '.';
    if (file.comma !== null && file.dot === null) return ',';
    if (eitherComma !== null && delimiter === ';') return ',';
    if (eitherDot !== null && delimiter !== ';') return '.';
    const cell = (eitherComma ?? eitherDot)!;
    return `holds numbers such as "${cell}", which may have thousands or three decimals: give the decimal sign with --decimal . or --decimal ,`;
  }

  /** The function that reads the cells of the column; NaN for a cell that is not a number of its notation. */
  reader(decimal: Decimal): (cell: string) => number {
    if (decimal === '.' && !this.special) return plainNumber;
    const { unit: usual } = this;
    return (cell) => {
      const measured = measuredIn(cell);
      if (measured === null) return plainNumber(cell);
      const { negative, digits, notation, unit } = measured;
      if (unit !== '' && unit !== usual) return NaN;
      const thousands = decimal === '.' ? ',' : '.';
      if (notation === thousands) return NaN;
      const text = digits.replace(GAPS, '').replaceAll(thousands, '').replace(',', '.');
      return plainNumber(negative ? `-${text}` : text);
    };
  }
}

const bothSigns = (dot: string, comma: string): string =>
  `holds "${dot}" and "${comma}": give the decimal sign with --decimal . or --decimal ,; numbers with the other one are left out`;

const plainNumber = (cell: string): number => {
  const number = parseNumber(cell);
  return typeof number === 'number' ? number : NaN;
};
