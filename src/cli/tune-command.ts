import { kernelOrNull } from '../app/kernel.ts';
import { tune, type Tuned } from '../app/tune/tune.ts';
import { AppError } from '../errors.ts';
import { EXIT } from './exit-codes.ts';
import { count } from './format.ts';
import { noteTo, openLog } from './log.ts';
import { openLabelled, tuningOf, windowsOf } from './open-recording.ts';
import { openProgress } from './progress.ts';
import type { RecordingCommandOptions } from './recording-options.ts';

export interface TuneCommandOptions extends RecordingCommandOptions {
  readonly alarmsPerWeek: number;
}

/** `zankyo tune FILE`: the YAML to paste on stdout, and in comments what was seen with it. */
export async function tuneFile(file: string, options: TuneCommandOptions): Promise<number> {
  if (file === '-') throw new AppError('usage', 'tune reads a recording several times: name a file, not -');
  const { alarmsPerWeek, json } = options;
  const note = noteTo(openLog('warn'));
  const progress = openProgress(1);
  const tuned = await tune(() => openLabelled(file, options), {
    note,
    tuning: tuningOf(options),
    windows: windowsOf(file, options),
    kernel: kernelOrNull(note),
    alarmsPerWeek,
    onProgress: (share, doing) => {
      progress.update(share, doing);
    },
  }).finally(() => {
    progress.clear();
  });
  console.log(json ? JSON.stringify(tuned) : yamlOf(file, tuned));
  if (tuned.seen.alarms > alarmsPerWeek * tuned.chosen.weeks)
    console.error(`More than ${alarmsPerWeek} a week even so: no sensitivity keeps to it on this recording.`);
  return EXIT.ok;
}

function yamlOf(file: string, { first, chosen, seen, trials }: Tuned): string {
  const { words, rung, loss, weeks, events } = chosen;
  const aWeek = weeks > 0 ? ` (${(seen.alarms / weeks).toFixed(2)} a week)` : '';
  const found = events === 0 ? '' : `, ${seen.found} of ${count(events, 'event')} found`;
  const faults = seen.sensorFaults === 0 ? '' : `, and ${count(seen.sensorFaults, 'sensor fault')}`;
  return [
    'tuning:',
    ...[`sensitivity=${rung.sensitivity}`, ...words].map((word) => `  ${word.replace('=', ': ')}`),
    `# On ${file}, after the warm-up: ${count(seen.alarms, 'alarm')} in ${weeks.toFixed(1)} weeks${aWeek}${found}${faults}.`,
    `# Log-loss of its forecasts: ${loss.toFixed(3)} nats a reading, before ${first.loss.toFixed(3)}; the best of ${count(trials, 'trial')}.`,
  ].join('\n');
}
