export declare const DEFAULT: 'default';
export declare function figuresOf(text: string): Map<string, Map<string, number>>;
export declare function leaveOneOut(figures: ReadonlyMap<string, ReadonlyMap<string, number>>): readonly {
  readonly set: string;
  readonly shipped: number;
  readonly chosen: string;
  readonly figure: number;
  readonly highest: string;
  readonly most: number;
}[];
