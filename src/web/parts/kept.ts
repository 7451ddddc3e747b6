import { useEffect, useRef } from 'preact/hooks';
import { useJson, type Json } from '../api.ts';

/**
 * The JSON of a path, read again every `everyMs` while the page is looked at. When the path changes, the old data stay until the new
 * ones are here, so that nothing jumps.
 */
export const useFresh = <T>(path: string, everyMs: number): Json<T> => {
  const json = useJson<T>(path);
  const last = useRef<T | null>(null);
  if (json.data !== null) last.current = json.data;
  const reload = useRef(json.reload);
  reload.current = json.reload;
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload.current();
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return { ...json, data: last.current };
};
