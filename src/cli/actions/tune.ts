import { kernelOrNull } from '../../app/kernel.ts';
import { tune, type Tuned } from '../../app/tune/tune.ts';
import { AppError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { WEEK_MS } from '../../math/time.ts';
import { count, shortDuration } from '../terminal/format.ts';
import { logTo, openLog } from '../terminal/log.ts';
import { openLabelled, readingNotes, tunedReplay, windowsOf } from '../open-recording.ts';
import { openProgress } from '../terminal/progress.ts';
import type { RecordingCommandOptions } from '../recording-options.ts';
import { siteWindows } from '../site-labels.ts';

export interface TuneCommandOptions extends RecordingCommandOptions {
  readonly alarmsPerWeek: number;
}

/** `zankyo tune FILE`: YAML for a site file on stdout, with its results in comments. */
export async function tuneFile(file: string, options: TuneCommandOptions): Promise<number> {
  if (file === '-')
    throw new AppError('usage', 'tune reads the recording once for each trial: give a file, not standard input');
  const { alarmsPerWeek, json } = options;
  const log = logTo(openLog('warn'));
  const progress = openProgress(1);
  const recording = await openLabelled(file, options);
  const first = recording.read();
  for (const sentence of readingNotes(first)) console.error(sentence);
  const windows = windowsOf(file, options) ?? siteWindows(file, first, options, console.error);
  const tuned = await tune(() => Promise.resolve(recording.read()), {
    file,
    log,
    ...tunedReplay(options),
    windows,
    kernel: kernelOrNull(log),
    alarmsPerWeek,
    onProgress: (share, doing) => {
      progress.update(share, doing);
    },
  }).finally(() => {
    progress.clear();
    recording.close();
  });
  console.log(json ? JSON.stringify(tuned) : yamlOf(file, tuned));
  if (tuned.seen.falseAlarms > alarmsPerWeek * tuned.chosen.weeks)
    console.error(
      `No sensitivity keeps to ${count(alarmsPerWeek, alarmOf(tuned))} a week on this recording: the lowest one raised more.`,
    );
  return EXIT.ok;
}

/** Without labels nothing says which alarms are false. */
const alarmOf = ({ chosen }: Tuned): string => (chosen.events === 0 ? 'alarm' : 'false alarm');

function yamlOf(file: string, tuned: Tuned): string {
  const { first, chosen, seen, trials } = tuned;
  const { words, rung, loss, weeks, events } = chosen;
  const aWeek = weeks >= 1 ? ` (${(seen.falseAlarms / weeks).toFixed(2)} a week)` : '';
  const found = events === 0 ? '' : `${seen.found} of ${count(events, 'event')} found, `;
  const faults = seen.sensorFaults === 0 ? '' : `, and ${count(seen.sensorFaults, 'sensor fault')}`;
  return [
    'tuning:',
    ...[`sensitivity=${rung.sensitivity}`, ...words].map((word) => `  ${word.replace('=', ': ')}`),
    `# On ${file}, after the warm-up: ${found}${count(seen.falseAlarms, alarmOf(tuned))} in ${shortDuration(weeks * WEEK_MS)}${aWeek}${faults}.`,
    `# Log-loss of its forecasts: ${loss.toFixed(3)} nats a reading, before ${first.loss.toFixed(3)}; the best of ${count(trials, 'trial')}.`,
  ].join('\n');
}
