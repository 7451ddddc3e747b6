import { valueAt, type Path } from '../problems.ts';
import type { Layer } from './layers.ts';
import { isSection, keptInputs, own } from './merge.ts';

/** Where a value of the merged data stands: its file, and the path in that file. */
export interface Place {
  readonly layer: Layer;
  readonly path: Path;
}

/** The place of a path; of a value that is nowhere, the section that lacks it, in the nearest file that has one. */
export function placeOf(layers: readonly Layer[], path: Path): Place {
  let candidates: readonly Place[] = layers.map((layer) => ({ layer, path: [] }));
  for (const [depth, key] of path.entries()) {
    const found = candidates.flatMap((place) => {
      const value = own(valueAt(place.layer.data, place.path), key);
      return value === undefined ? [] : [{ value, place: { layer: place.layer, path: [...place.path, key] } }];
    });
    if (found.length === 0) {
      // Also a value that is there and empty has a line to point to.
      const { layer, path: section } = candidates[0];
      return { layer, path: [...section, ...path.slice(depth)] };
    }
    if (depth === 0 && key === 'inputs' && path.length > 1 && found.every(({ value }) => Array.isArray(value)))
      return inputPlace(found, Number(path[1]), path.slice(2));
    const end = found.findIndex(({ value }) => !isSection(value));
    candidates = found.slice(0, end < 0 ? undefined : Math.max(end, 1)).map(({ place }) => place);
  }
  return candidates[0];
}

/** `lists`: those of the files, nearest first. An element belongs to one file alone. */
function inputPlace(
  lists: readonly { readonly value: unknown; readonly place: Place }[],
  index: number,
  rest: Path,
): Place {
  let places: { readonly input: unknown; readonly place: Place }[] = [];
  for (const { value, place } of lists.toReversed()) {
    const inputs = value as readonly unknown[];
    const kept = new Set(
      keptInputs(
        places.map(({ input }) => input),
        inputs,
      ),
    );
    places = [
      ...places.filter(({ input }) => kept.has(input)),
      ...inputs.map((input, i) => ({ input, place: { layer: place.layer, path: [...place.path, i] } })),
    ];
  }
  const { layer, path } = places[index]?.place ?? lists[0].place;
  return { layer, path: [...path, ...rest] };
}
