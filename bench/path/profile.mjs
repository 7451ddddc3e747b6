import { Session } from 'node:inspector/promises';

const ROOT = new URL('../../', import.meta.url).href;
const INTERVAL_US = 500;
/** During a sample of at least this length the process was stopped. */
const HALT_US = 20_000;
const IDLE = '(node) (idle)';

/** A CPU profile of this process. */
export class Profile {
  #session = new Session();
  #selfUs = new Map();

  async start() {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
    await this.#session.post('Profiler.start');
  }

  async stop() {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    profile.samples.forEach((id, i) => {
      const name = names.get(id);
      if (name === IDLE || profile.timeDeltas[i] > HALT_US) return;
      this.#selfUs.set(name, (this.#selfUs.get(name) ?? 0) + profile.timeDeltas[i]);
    });
  }

  /** `[name, µs]` of each function's own time, the longest first. */
  get lines() {
    return [...this.#selfUs].sort(([, a], [, b]) => b - a);
  }
}

function nameOf({ functionName, url, lineNumber }) {
  const file = url
    .replace(ROOT, '')
    .replace('node_modules/', '')
    .replace(/^wasm:.*/, 'kernel.wasm');
  return `${file || '(node)'} ${functionName || `(anonymous, line ${lineNumber + 1})`}`;
}
