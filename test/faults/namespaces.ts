import { execFileSync } from 'node:child_process';

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** A network namespace with a line to this one. For root. */
export interface Namespace {
  readonly name: string;
  /** What starts a program in it. */
  readonly before: readonly string[];
  /** Its address, and that of this end. */
  readonly address: string;
  readonly gateway: string;
  /** A further line between the same two ends: the addresses, and how to cut it and mend it. */
  addLine(): { readonly address: string; readonly gateway: string; cut(): void; mend(): void };
  remove(): void;
}

/** `i`: 1 to 99; lines have the networks 10.77.i.0/24, then 10.78.i.0/24. */
export const makeNamespace = (i: number): Namespace => {
  const name = `zkfleet${i}`;
  const remove = (): void => {
    try {
      ip('netns', 'del', name);
    } catch {
      // It was not there.
    }
  };
  remove();
  ip('netns', 'add', name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  let lines = 0;
  const addLine = () => {
    const network = `10.${77 + lines}.${i}`;
    const [outer, inner] = [`zkf${i}-${lines}`, `eth${lines}`];
    lines++;
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    ip('addr', 'add', `${network}.1/24`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    ip('-n', name, 'addr', 'add', `${network}.2/24`, 'dev', inner);
    ip('-n', name, 'link', 'set', inner, 'up');
    return {
      address: `${network}.2`,
      gateway: `${network}.1`,
      // As a cable that is pulled: neither side gets an error, packets do not arrive.
      cut: () => {
        ip('link', 'set', outer, 'down');
      },
      mend: () => {
        ip('link', 'set', outer, 'up');
      },
    };
  };
  const { address, gateway } = addLine();
  return { name, before: ['ip', 'netns', 'exec', name], address, gateway, addLine, remove };
};
