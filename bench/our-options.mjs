/**
 * The options of zankyo's network for a benchmark: a GRU that forecasts its next input as plain numbers and is trained by TBPTT
 * on every message, unless `settings` change this. Clip and regeneration are those of the service.
 */
export const ourOptions = ({ hiddenSize, inputSize, ...settings }) => ({
  cell: settings.cell ?? 'gru',
  peepholes: settings.peepholes ?? false,
  learner: settings.learner ?? 'tbptt',
  inputSize,
  hiddenSize,
  blocks: inputSize,
  bins: 1,
  direct: false,
  horizon: 16,
  trainEvery: settings.trainEvery ?? 1,
  learningRate: 1e-3,
  clip: 1,
  regeneration: 0,
  seed: 1,
});
