import colors from 'picocolors';
import { runDemo, type DemoAlert, type DemoResult } from '../../app/demo/demo.ts';
import type { CycleSeries } from '../../app/demo/cycles.ts';
import { freePort } from '../../app/demo/free-port.ts';
import { STREAMS, WARMUP_DAYS } from '../../app/demo/site.ts';
import { kernelOrNull } from '../../app/kernel.ts';
import { DURATION, parseDuration } from '../../config/duration.ts';
import { shortTime } from '../../detect/episode/short-time.ts';
import { AppError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { count, shortDuration, table } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { openProgress } from '../terminal/progress.ts';
import { DAY_MS } from '../../math/time.ts';

export interface DemoCommandOptions {
  readonly for?: string;
  readonly seed: number;
  readonly port?: number;
  readonly json: boolean;
}

/** One round of the pump's seven faults after the warm-up, and four faults of the machines that switch. */
const USUAL_DAYS = 21;
const MAX_DAYS = 3650;
/** Of the dashboard, if it is free. */
const USUAL_PORT = 8787;
/** Time limit of a demo without --for, also on a slow machine. */
const PATIENCE_MS = 100_000;

/** `zankyo demo`, also `npm start`: shows the learning, and lists the detected and the missed faults. */
export async function demo({ for: duration, seed, port: wanted, json }: DemoCommandOptions): Promise<number> {
  const { days, realMs } = spanOf(duration);
  const log = logTo(openLog('warn'));
  const kernel = kernelOrNull(log);
  const say = (line: string): void => {
    progress.clear();
    console.log(line);
  };
  // A pipe or a script has no one who looks; for it the demo ends by itself.
  const someoneLooks = process.stdout.isTTY;
  const port = wanted ?? (someoneLooks ? await freePort(USUAL_PORT) : null);
  console.log(
    `${colors.bold('zankyo demo')}: a simulated pump station, seven sensors, one reading a minute, over a real MQTT broker.\n` +
      `It starts without any knowledge and learns for four simulated days. Then faults begin; the detector has no information about them.\n`,
  );
  if (port !== null)
    console.log(`Dashboard, in simulated time: ${colors.bold(colors.underline(`http://127.0.0.1:${port}/`))}\n`);
  const progress = openProgress(days === Infinity ? realMs : days);
  const startedAt = performance.now();
  const said = { summary: false };
  const stayUp = async (result: DemoResult): Promise<void> => {
    progress.clear();
    // Before the line that names Ctrl-C: a user who reads it may press at once.
    const end = interrupted();
    console.log(`\n${summary(result)}`);
    console.log(`\nThe dashboard stays at http://127.0.0.1:${port}/ until Ctrl-C; the simulated time stands still.`);
    said.summary = true;
    await end;
  };
  const result = await runDemo({
    seed,
    days: Math.min(days, MAX_DAYS),
    realMs,
    log,
    kernel,
    port,
    ...(someoneLooks && port !== null ? { stayUp } : {}),
    onAlert: (alert) => {
      say(alertLine(alert));
    },
    onProgress: ({ days: day, warmup }) => {
      const phase = warmup < 1 ? `learning, ${Math.floor(100 * warmup)} % warmed up` : 'watching';
      const value = days === Infinity ? performance.now() - startedAt : day;
      progress.update(value, `day ${Math.floor(day)}, ${phase}`);
    },
  }).finally(() => {
    progress.clear();
  });
  if (!said.summary) console.log(`\n${summary(result)}`);
  if (json) {
    const { faults, habits, falseAlarms, unseen, simulatedDays, readings } = result;
    const kept = faults.map(({ kind, series, at, detected, delayMs }) => ({ kind, series, at, detected, delayMs }));
    console.log(JSON.stringify({ faults: kept, habits, falseAlarms, unseen, simulatedDays, readings }));
  }
  return result.alertsHeard === result.rowsLogged ? EXIT.ok : EXIT.failure;
}

/** The next Ctrl-C, or the end of the terminal. */
const interrupted = (): Promise<unknown> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });

/** Seconds to hours are real time, days and weeks simulated time. */
function spanOf(text: string | undefined): { days: number; realMs: number } {
  if (text === undefined) return { days: USUAL_DAYS, realMs: PATIENCE_MS };
  if (!DURATION.test(text) || parseDuration(text) === 0)
    throw new AppError('usage', `--for ${text}: expected real time such as 90s or 10m, or simulated time such as 14d`);
  const ms = parseDuration(text);
  return /[dw]/.test(text) ? { days: ms / DAY_MS, realMs: Infinity } : { days: Infinity, realMs: ms };
}

function alertLine({ at, phase, severity, series, reason, fault }: DemoAlert): string {
  const day = colors.dim(shortTime(at));
  if (phase === 'closed') return `${day}  ${colors.green('over')}      ${colors.dim(`${series} is normal again`)}`;
  if (phase === 'habit') return `${day}  ${colors.cyan('habit')}     ${reason}`;
  const tint = severity === 'minor' ? colors.yellow : colors.red;
  const truth = fault === null ? '' : colors.cyan(`  ← ${fault.kind} in ${fault.series}`);
  return `${day}  ${tint(severity.padEnd(8))}  ${reason}${truth}`;
}

/** What each machine does again and again, in words. */
const HABITS: Readonly<Record<CycleSeries, string>> = {
  'sump-level': 'falls from 80 to 20 %',
  'fill-pump-power': 'runs for 20 to 30 min',
};

/** Empty before the warm-up is over. */
function habitTable(habits: DemoResult['habits']): string[] {
  const rows = habits
    .filter(({ alarms }) => alarms.length > 0)
    .map(({ series, aDay, alarms }) => [series, HABITS[series], aDay.toFixed(1), alarms.join(', ')]);
  return rows.length === 0
    ? []
    : [table(['habit of', 'what', 'times a day', 'alarms in week 1, 2, ...'], rows, [2]), ''];
}

function summary(result: DemoResult): string {
  const { faults, habits, falseAlarms, unseen, simulatedDays, readings, alertsHeard, rowsLogged, realMs } = result;
  const rows = faults.map(({ kind, series, at, detected, delayMs, named }) => [
    kind,
    series,
    shortTime(at),
    detected ? 'detected' : 'missed',
    delayMs === null ? '–' : delayMs === 0 ? 'at once' : shortDuration(delayMs),
    named ?? '–',
  ]);
  const found = faults.filter(({ detected }) => detected).length;
  const weeks = Math.max(0, simulatedDays - WARMUP_DAYS) / 7;
  const rate = weeks > 0 ? ` (${(falseAlarms / weeks).toFixed(1)} a week after the warm-up)` : '';
  const verdict =
    faults.length === 0 ? 'No fault has come yet' : `${found} of ${count(faults.length, 'fault')} detected`;
  return [
    ...(rows.length === 0
      ? []
      : [table(['fault', 'in', 'from (UTC)', 'result', 'delay', 'alert named'], rows, [4]), '']),
    ...habitTable(habits),
    `${verdict}, ${count(falseAlarms, 'false alarm')} in ${simulatedDays.toFixed(1)} simulated days${rate}.`,
    ...(unseen === 0 ? [] : [`${unseen} of them came on the first weekend: zankyo had seen working days only.`]),
    `The site asks for at most one false alarm a week on each of its ${STREAMS} streams.`,
    `${readings} readings in ${(realMs / 1000).toFixed(0)} s. Alerts received over MQTT: ${alertsHeard}; rows in SQLite: ${rowsLogged}.`,
  ].join('\n');
}
