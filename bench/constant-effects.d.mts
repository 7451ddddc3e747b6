type Figures = ReadonlyMap<string, ReadonlyMap<string, number>>;
export declare function effectsOn(figures: Figures, set: string, count: number): readonly number[];
export declare function marginOf(effects: readonly number[]): number;
export declare function chosenWithout(
  figures: Figures,
  names: readonly string[],
): readonly {
  readonly set: string;
  readonly moved: readonly { readonly name: string; readonly sign: number }[];
}[];
