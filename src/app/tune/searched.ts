/**
 * The searched options and their values, as in a site's tuning: the few options that matter on some recording, and few values,
 * because each takes a run. The sensitivity is not among them: it needs no run of its own (`ladder.ts`).
 */
export const SEARCHED: readonly (readonly string[])[] = [
  ['learning_rate=0.001', 'learning_rate=0.003', 'learning_rate=0.01'],
  ['hidden_size=8', 'hidden_size=16', 'hidden_size=32'],
  ['cell=gru', 'cell=lstm', 'cell=elementwise'],
  ['on_anomaly=hold', 'on_anomaly=absorb'],
];
