import { onColours } from '../../theme.ts';
import type { StreamModel } from './model.ts';
import { followPointers } from './pointer.ts';
import { Timeline } from './timeline.ts';
import { readoutOf } from './words.ts';

/** Draws into the place, and follows wheel, mouse, touch, theme and width. */
export function follow(
  model: StreamModel,
  place: HTMLElement,
  readout: HTMLElement,
  selects: () => boolean,
): () => void {
  const hover = (index: number | null): void => {
    readout.textContent = index === null ? '' : readoutOf(model, index);
  };
  const { view, columns, marks, selection, picked } = model;
  const timeline = new Timeline(place, { view, columns, marks, selection, picked, kinds: [], unit: '' }, hover);
  model.timeline = timeline;
  model.update();
  const remake = (): void => {
    timeline.make();
  };
  let width = place.clientWidth;
  const observer = new ResizeObserver(() => {
    if (place.clientWidth !== width) remake();
    width = place.clientWidth;
  });
  observer.observe(place);
  const endColours = onColours(remake);
  const endPointers = followPointers(place, {
    view: () => model.view,
    timeAt: (x) => timeline.timeAt(x),
    width: () => timeline.width,
    move: (next) => {
      model.move(next);
    },
    selects,
    select: (span) => {
      model.select(span);
    },
    click: ({ clientX, clientY }) => {
      const box = timeline.lanes.canvas.getBoundingClientRect();
      const found = timeline.lanes.at(clientX - box.left, clientY - box.top);
      if (found === null) return;
      readout.textContent = found.title;
      if (found.alarm !== null) model.pick(found.alarm);
    },
  });
  return () => {
    observer.disconnect();
    endColours();
    endPointers();
    model.close();
  };
}
