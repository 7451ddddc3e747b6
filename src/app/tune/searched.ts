/**
 * What is searched, option by option, as words of a site's tuning: few options, which matter on some recording, and few values,
 * as each is a run. The sensitivity is not among them: it needs no run of its own (`ladder.ts`).
 */
export const SEARCHED: readonly (readonly string[])[] = [
  ['learning_rate=0.001', 'learning_rate=0.003', 'learning_rate=0.01'],
  ['hidden_size=8', 'hidden_size=16', 'hidden_size=32'],
  ['cell=gru', 'cell=lstm', 'cell=elementwise'],
  ['on_anomaly=hold', 'on_anomaly=absorb'],
];
