import { NOT_APPLICABLE, type Evidence, type Kind } from '../kind.ts';

/** A kind that a model does not measure. */
export class Absent implements Evidence {
  readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  measure(): number {
    return NOT_APPLICABLE;
  }

  deviation(): number {
    return 0;
  }

  learn(): void {
    // Nothing is measured.
  }

  reference(): number {
    return NaN;
  }

  detail(): number {
    return NaN;
  }
}
