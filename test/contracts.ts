import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { CONTRACTS, contractJsonSchema, type Contract, type ContractName } from '../src/app/contracts.ts';

export const CONTRACT_NAMES = Object.keys(CONTRACTS) as ContractName[];

/** A validator of a contract, strict: a keyword that JSON Schema does not have is an error. */
export const compile = (name: ContractName, closed: boolean): ValidateFunction => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(contractJsonSchema(name, { closed }));
};

/** The contract of a topic under this prefix; null where none has it. */
export const contractOf = (topic: string, prefix: string): ContractName | null =>
  CONTRACT_NAMES.find((name) => {
    const { topics }: Contract = CONTRACTS[name];
    return topics.some((template) => {
      const pattern = template.replace('<prefix>', prefix).replaceAll(/<\w+>/g, '[a-z0-9_-]+');
      return new RegExp(`^${pattern}$`).test(topic);
    });
  }) ?? null;
