import type { WeightsOptions } from '../actions/weights.ts';
import { GROUPS, type Register } from './registration.ts';

/** `weights export` and `weights import`. */
export const registerWeights: Register = (program, { exits }) => {
  const weights = program
    .command('weights')
    .helpGroup(GROUPS.keep)
    .description('export or import the weights of a network');

  weights
    .command('export')
    .description("write the weights of a stream's network, as last saved, to a safetensors file")
    .argument('<stream>', 'the series, or the group')
    .requiredOption('-c, --config <file>', 'the site file')
    .requiredOption('-o, --out <file>', 'the file to write')
    .option('--json', 'print one JSON object', false)
    .action(async (stream: string, options: WeightsOptions & { out: string }) => {
      const { exportCommand } = await import('../actions/weights.ts');
      exits(exportCommand(stream, options));
    });

  weights
    .command('import')
    .description(
      "replace the weights of a stream's network by those of a safetensors file; the service must be stopped",
    )
    .argument('<stream>', 'the series, or the group')
    .argument('<file>', 'a file that zankyo exported, or the state_dict of the same model in PyTorch')
    .requiredOption('-c, --config <file>', 'the site file')
    .option('--json', 'print one JSON object', false)
    .action(async (stream: string, file: string, options: WeightsOptions) => {
      const { importCommand } = await import('../actions/weights.ts');
      exits(importCommand(stream, file, options));
    });
};
