import { useEffect, useRef } from 'preact/hooks';

export type Keys = Readonly<Partial<Record<string, (event: KeyboardEvent) => void>>>;

/** Keys that belong to the control in which they are typed. */
const inField = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Calls these by single keys while the component is shown; not in text fields, nor with Ctrl, Alt or Meta. */
export const useKeys = (keys: Keys): void => {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || inField(event)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      latest.current[event.key]?.(event);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
};

/** Moves the focus to the next or the previous element with `data-row`. */
export const moveFocus = (by: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows.at(at < 0 ? (by > 0 ? 0 : -1) : Math.max(0, Math.min(rows.length - 1, at + by)));
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};
