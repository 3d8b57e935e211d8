import { RATE_LIMIT_DEFAULTS, SCHEMA_DEFAULTS } from './defaults.js';
import type { Auditable, CacheConfig, RateLimitConfig, SchemaDef, SchemaType, StateChangeEvent } from './model.js';
import {
  fieldValue,
  int,
  long,
  optionalMap,
  optionalOneOf,
  refuseField,
  requiredText,
  text,
  withoutAbsent,
  type Source,
} from './reader.js';

const SCHEMA_TYPES: readonly SchemaType[] = ['JSON', 'AVRO', 'PROTOBUF'];

export function readAuditable(source: Source): Auditable {
  return {
    ownerApp: text(source, 'ownerApp'),
    createTime: long(source, 'createTime'),
    updateTime: long(source, 'updateTime'),
    createdBy: text(source, 'createdBy'),
    updatedBy: text(source, 'updatedBy'),
  };
}

export function readSchemaDef(source: Source): SchemaDef {
  const type = optionalOneOf(source, 'type', SCHEMA_TYPES);
  if (type === undefined && (fieldValue(source, 'type') ?? undefined) === undefined) {
    refuseField(source, 'type', 'SchemaDef type cannot be null');
  }
  return withoutAbsent({
    name: requiredText(source, 'name', 'SchemaDef name cannot be null or empty'),
    version: int(source, 'version', { fallback: SCHEMA_DEFAULTS.version, whenNull: SCHEMA_DEFAULTS.version, min: 1 }),
    type: type ?? 'JSON',
    data: optionalMap(source, 'data'),
    externalRef: text(source, 'externalRef'),
    ...readAuditable(source),
  });
}

export function readRateLimitConfig(source: Source): RateLimitConfig {
  return withoutAbsent({
    rateLimitKey: text(source, 'rateLimitKey'),
    concurrentExecLimit: int(source, 'concurrentExecLimit', { min: 0 }),
    policy: optionalOneOf(source, 'policy', ['QUEUE', 'REJECT']) ?? RATE_LIMIT_DEFAULTS.policy,
  });
}

export function readCacheConfig(source: Source): CacheConfig {
  return withoutAbsent({ key: text(source, 'key'), ttlInSecond: int(source, 'ttlInSecond', { min: 0 }) });
}

export function readStateChangeEvent(source: Source): StateChangeEvent {
  return withoutAbsent({
    type: requiredText(source, 'type', 'StateChangeEvent type cannot be null or empty'),
    payload: optionalMap(source, 'payload'),
  });
}
