import { seriesName } from '../../stream/names/series-name.ts';
import { isException, type JudgedSignal } from './judge.ts';

/** A signal with the name of its series. `named`: a field of its own names it. */
export interface NamedSignal extends JudgedSignal {
  readonly name: string;
  readonly named: boolean;
}

/** The names that the service gives. Where two series would have one name, the second one is named with a number. */
export function withNames(signals: readonly JudgedSignal[]): readonly NamedSignal[] {
  const taken = new Set<string>();
  const free = (base: string): string => {
    for (let n = 2; ; n++) {
      const name = `${base.slice(0, 56)}-${n}`;
      if (!taken.has(name)) return name;
    }
  };
  return signals.map((signal) => {
    const usual = seriesName(signal.device, signal.signal);
    const isTaken = signal.why === null && taken.has(usual);
    const why = isTaken && signal.place === null ? 'has the name of another series' : signal.why;
    const name = isTaken ? free(usual) : usual;
    if (why === null) taken.add(name);
    return { ...signal, why, name, named: why === null && (isTaken || isException(signal)) };
  });
}
