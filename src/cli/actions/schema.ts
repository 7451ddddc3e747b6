import { contractJsonSchema, type ContractName } from '../../app/contracts.ts';
import { siteJsonSchema } from '../../config/reference.ts';
import { EXIT } from '../exit-codes.ts';

/** `zankyo schema`: the JSON Schema of site files, or of a contract. */
export function schema(name: 'site' | ContractName): number {
  console.log(JSON.stringify(name === 'site' ? siteJsonSchema() : contractJsonSchema(name), null, 2));
  return EXIT.ok;
}
