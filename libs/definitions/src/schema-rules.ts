/** Schemas that are to be enforced must be ones that can be: a workflow would find out too late. */
import { compileSchema } from './json-schema/index.js';
import type { JsonMap, SchemaDef } from './model.js';
import type { Source } from './reader.js';
import { fieldOf, refuse } from './violations.js';

interface WithSchemas {
  readonly inputSchema?: SchemaDef;
  readonly outputSchema?: SchemaDef;
  readonly enforceSchema: boolean;
}

/**
 * What is enforced of a schema: JSON with its text at hand. AVRO and PROTOBUF are kept and not enforced, and so is a schema that is only
 * named (`externalRef`, or no `data`): there is no registry of schemas to look it up in.
 */
export function enforcedData({ type, data }: SchemaDef): JsonMap | undefined {
  return type === 'JSON' ? data : undefined;
}

export function checkSchemas(source: Source, def: WithSchemas): void {
  if (!def.enforceSchema) return;
  for (const field of ['inputSchema', 'outputSchema'] as const) {
    const data = def[field] === undefined ? undefined : enforcedData(def[field]);
    const compiled = data === undefined ? undefined : compileSchema(data);
    if (compiled === undefined || compiled.ok) continue;
    const { path, message } = compiled.fault;
    const place = fieldOf(fieldOf(source.place, field), 'data');
    refuse(source.report, { place: path === '' ? place : fieldOf(place, path), message });
  }
}
