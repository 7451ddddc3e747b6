import type { View } from './view.ts';
import { pan, spanOf, zoom } from './view.ts';

export interface PointerTarget {
  readonly view: () => View;
  readonly timeAt: (clientX: number) => number;
  /** Width of the time axis, CSS pixels. */
  readonly width: () => number;
  readonly move: (view: View) => void;
  /** Whether a drag selects; else it moves. Shift turns that round. */
  readonly selects: () => boolean;
  readonly select: (span: View | null) => void;
  readonly click: (event: PointerEvent) => void;
}

const WHEEL = 0.0016;
/** A drag that is shorter is a click. */
const CLICK_PX = 4;
const LINE_PX = 30;

/**
 * Wheel, mouse and touch on the charts: the wheel zooms at the cursor and moves sideways, a drag moves or selects, two fingers zoom. One
 * finger scrolls the page up and down (touch-action in the stylesheet).
 */
export function followPointers(element: HTMLElement, target: PointerTarget): () => void {
  const down = new Map<number, PointerEvent>();
  let selecting: number | null = null;
  let moved = 0;

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const [x, y] = event.shiftKey ? [event.deltaX + event.deltaY, 0] : [event.deltaX, event.deltaY];
    const view = target.view();
    if (Math.abs(x) > Math.abs(y)) target.move(pan(view, (x * unit) / target.width()));
    else target.move(zoom(view, Math.exp(y * unit * WHEEL), target.timeAt(event.clientX)));
  };

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event);
    moved = 0;
    selecting = down.size === 1 && target.selects() !== event.shiftKey ? target.timeAt(event.clientX) : null;
  };

  const onMove = (event: PointerEvent): void => {
    const before = down.get(event.pointerId);
    if (before === undefined) return;
    down.set(event.pointerId, event);
    moved += Math.abs(event.clientX - before.clientX);
    const view = target.view();
    if (down.size === 2) {
      const [other] = [...down.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
      const [was, is] = [before, event].map(({ clientX }) => Math.max(10, Math.abs(clientX - other.clientX)));
      target.move(zoom(view, was / is, target.timeAt((event.clientX + other.clientX) / 2)));
    } else if (selecting !== null) {
      const at = target.timeAt(event.clientX);
      if (moved >= CLICK_PX) target.select({ from: Math.min(at, selecting), until: Math.max(at, selecting) });
    } else {
      const by = ((before.clientX - event.clientX) / target.width()) * spanOf(view);
      target.move({ from: view.from + by, until: view.until + by });
    }
  };

  const onUp = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId) || down.size > 0 || moved >= CLICK_PX) return;
    if (selecting !== null) target.select(null);
    target.click(event);
  };
  const onCancel = (event: PointerEvent): void => {
    down.delete(event.pointerId);
  };

  element.addEventListener('wheel', onWheel, { passive: false });
  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointercancel', onCancel);
  return () => {
    element.removeEventListener('wheel', onWheel);
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointercancel', onCancel);
  };
}
