import type { MarksBody } from '../../../app/dashboard/contract/stream.ts';
import { words } from '../../parts/format.ts';
import { stateOf } from '../../parts/mark.ts';
import { tone } from './tones.ts';
import { placeOf, type Columns } from './columns.ts';
import { spanOf, type View } from './view.ts';

const NARROW = 600;
/** On a narrow screen. */
export const isNarrow = (width: number): boolean => width < NARROW;
/** Left of the time axis, for names and numbers; the same in all charts. */
export const gutterOf = (width: number): number => (isNarrow(width) ? 64 : 84);
/** Right of it: half of the last label. */
export const RIGHT = 26;
const ROW = 18;
const NAMES = ['alarms', 'answers', 'evidence', 'habits', 'commands', 'maintenance'] as const;
export const LANES_HEIGHT = ROW * NAMES.length;
/** A bar is at least so wide, so that a short event on a long axis can be seen and hit. */
const MIN_WIDTH = 3;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly row: number;
  readonly alarm: string | null;
  readonly title: string;
}

const ANSWERS = { fault: 'F', normal: 'N', missed: 'M' } as const;
const ANSWER_WORDS = { fault: 'fault', normal: 'normal', missed: 'missed fault' } as const;

/** What else was at the time, in lanes on the same axis. Shapes differ, so that no one needs the colours. */
export class Lanes {
  readonly canvas = document.createElement('canvas');
  private readonly pen: CanvasRenderingContext2D;
  private boxes: Box[] = [];
  private view: View = { from: 0, until: 1 };

  constructor() {
    this.canvas.className = 'lanes';
    this.canvas.setAttribute('aria-hidden', 'true'); // the list of alarms and the summary say the same
    this.pen = this.canvas.getContext('2d')!;
  }

  /** `width`: of the place, in CSS pixels. `picked`: the alarm that is shown. */
  draw(
    width: number,
    view: View,
    marks: MarksBody | null,
    columns: Columns,
    kinds: readonly string[],
    picked: string | null,
  ): void {
    const { canvas, pen } = this;
    this.view = view;
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(LANES_HEIGHT * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, LANES_HEIGHT);
    const gutter = gutterOf(width);
    pen.font = `${isNarrow(width) ? 10 : 11}px ${tone('font')}`;
    pen.textBaseline = 'middle';
    this.boxes = [];
    const [quiet, line] = [tone('quiet'), tone('line')];
    NAMES.forEach((name, row) => {
      pen.fillStyle = quiet;
      pen.textAlign = 'right';
      pen.fillText(isNarrow(width) ? name.replace('maintenance', 'mainten.') : name, gutter - 6, row * ROW + ROW / 2);
      pen.fillStyle = line;
      pen.fillRect(gutter, (row + 1) * ROW - 1, width - gutter - RIGHT, 1);
    });
    pen.save();
    pen.beginPath();
    pen.rect(gutter, 0, width - gutter - RIGHT, LANES_HEIGHT);
    pen.clip();
    pen.textAlign = 'left';
    if (marks !== null) this.drawMarks(width, marks, picked);
    this.drawEvidence(width, columns, kinds);
    pen.restore();
  }

  /** What lies at a place of the canvas. */
  at(x: number, y: number): Pick<Box, 'alarm' | 'title'> | null {
    const row = Math.floor(y / ROW);
    // The last drawn one lies on top; a few pixels beside a narrow bar are near enough.
    return this.boxes.findLast((box) => box.row === row && x >= box.left - 3 && x <= box.right + 3) ?? null;
  }

  private x(width: number, at: number): number {
    const { view } = this;
    const gutter = gutterOf(width);
    return gutter + ((at - view.from) / spanOf(view)) * (width - gutter - RIGHT);
  }

  private drawMarks(width: number, marks: MarksBody, picked: string | null): void {
    const { pen, view } = this;
    const end = view.until;
    for (const { from, until, reason } of marks.maintenance) {
      const box = this.bar(width, 5, from, until, `maintenance${reason === null ? '' : `: ${reason}`}`);
      if (box === null) continue;
      pen.strokeStyle = tone('quiet');
      pen.lineWidth = 1;
      pen.strokeRect(box.left + 0.5, 5 * ROW + 4.5, box.right - box.left - 1, ROW - 10);
      pen.save();
      pen.beginPath();
      pen.rect(box.left, 5 * ROW + 4, box.right - box.left, ROW - 9);
      pen.clip();
      pen.beginPath();
      for (let x = Math.max(gutterOf(width), box.left) - ROW; x < Math.min(width, box.right); x += 6) {
        pen.moveTo(x, 6 * ROW - 5);
        pen.lineTo(x + ROW, 5 * ROW - 5 + 10);
      }
      pen.stroke();
      pen.restore();
    }
    for (const { from, until, perWeek, reason } of marks.habits) {
      const box = this.bar(width, 3, from, until, `habit, ${perWeek.toFixed(1)} a week: ${reason}`);
      if (box === null) continue;
      pen.fillStyle = tone('ready');
      pen.fillRect(box.left, 3 * ROW + ROW / 2 - 1, box.right - box.left, 2);
      for (const x of [box.left, box.right]) this.dot(x, 3 * ROW + ROW / 2 - 0.5, 3.5);
    }
    for (const { kind, from, until } of marks.labels) {
      const box = this.bar(width, 1, from, until, `answer: ${ANSWER_WORDS[kind]}`);
      if (box === null) continue;
      const stroke = kind === 'normal' ? tone('ready') : tone('alarm');
      pen.strokeStyle = stroke;
      pen.lineWidth = 1.5;
      pen.strokeRect(box.left + 0.75, ROW + 2.75, Math.max(1, box.right - box.left - 1.5), ROW - 7);
      pen.fillStyle = stroke;
      pen.fillText(ANSWERS[kind], Math.max(gutterOf(width), box.left) + 4, ROW + ROW / 2);
    }
    for (const { at, command, by, undone } of marks.commands) {
      const box = this.bar(
        width,
        4,
        at,
        at,
        `command ${command}${by === null ? '' : ` by ${by}`}${undone ? ', undone' : ''}`,
      );
      if (box === null) continue;
      pen.fillStyle = undone ? tone('edge') : tone('accent');
      const [x, y] = [(box.left + box.right) / 2, 4 * ROW + ROW / 2 - 0.5];
      pen.beginPath();
      pen.moveTo(x, y - 5);
      pen.lineTo(x + 5, y);
      pen.lineTo(x, y + 5);
      pen.lineTo(x - 5, y);
      pen.fill();
    }
    for (const { id, kind, from, until, reason } of marks.alarms.toReversed()) {
      const box = this.bar(width, 0, from, until ?? end, reason, id);
      if (box === null) continue;
      pen.fillStyle = tone(stateOf(kind));
      // A process stands full, a sensor half, drift is a line.
      const high = kind === 'process' ? ROW - 7 : kind === 'sensor' ? 8 : 4;
      pen.fillRect(box.left, ROW - 4 - high, box.right - box.left, high);
      if (id === picked) {
        pen.strokeStyle = tone('text');
        pen.lineWidth = 2;
        pen.strokeRect(box.left - 2, 1, box.right - box.left + 4, ROW - 3);
      }
    }
  }

  /** The kinds of evidence behind the highest scores, equal neighbours as one. */
  private drawEvidence(width: number, { at, kind, score }: Columns, kinds: readonly string[]): void {
    const { pen, view } = this;
    const until = Math.min(at.length, placeOf(at, view.until) + 1);
    for (let k = Math.max(0, placeOf(at, view.from) - 1); k < until;) {
      const which = kind[k];
      let end = k + 1;
      let highest = score[k] ?? 0;
      for (; end < until && kind[end] === which; end++) highest = Math.max(highest, score[end] ?? 0);
      if (which != null) {
        const name = words(kinds[which]);
        const box = this.bar(
          width,
          2,
          at[k],
          at[Math.min(at.length - 1, end)],
          `evidence: ${name}, score up to ${highest.toFixed(2)}`,
        );
        if (box !== null) {
          pen.fillStyle = tone(highest > 1 ? 'alarm' : 'edge');
          pen.fillRect(box.left, 3 * ROW - 6, Math.max(MIN_WIDTH, box.right - box.left - 1), 3);
          const room = Math.min(width, box.right) - Math.max(gutterOf(width), box.left);
          pen.fillStyle = tone('quiet');
          if (room > pen.measureText(name).width + 4)
            pen.fillText(name, Math.max(gutterOf(width), box.left) + 1, 2 * ROW + 7);
        }
      }
      k = end;
    }
  }

  private bar(
    width: number,
    row: number,
    from: number,
    until: number,
    title: string,
    alarm: string | null = null,
  ): Box | null {
    const { view } = this;
    if (until < view.from || from > view.until) return null;
    const left = Math.max(-10, this.x(width, from));
    const right = Math.min(width + 10, Math.max(left + MIN_WIDTH, this.x(width, until)));
    const box: Box = { left, right, row, alarm, title };
    this.boxes.push(box);
    return box;
  }

  private dot(x: number, y: number, radius: number): void {
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, 2 * Math.PI);
    this.pen.fill();
  }
}
