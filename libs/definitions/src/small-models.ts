import { isValidPath, rootsOf } from '@dacapo/expressions';

import { RATE_LIMIT_DEFAULTS, SCHEMA_DEFAULTS } from './defaults.js';
import { CACHE_KEY_LENGTH_MAX } from './limits.js';
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

/** Without a time nothing is reused, and nothing is asked of the key. */
export function readCacheConfig(source: Source): CacheConfig {
  return withoutAbsent({ key: text(source, 'key'), ttlInSecond: int(source, 'ttlInSecond', { min: 0 }) });
}

/** Of a task, where it is acted on. */
export function readTaskCacheConfig(source: Source): CacheConfig {
  const config = readCacheConfig(source);
  if (config.ttlInSecond === 0) return config;
  const key = requiredText(source, 'key', 'CacheConfig key cannot be null or empty');
  if (key.length > CACHE_KEY_LENGTH_MAX) {
    refuseField(source, 'key', `key must not be longer than ${CACHE_KEY_LENGTH_MAX} characters`);
  }
  for (const message of keyFaults(key)) refuseField(source, 'key', message);
  return config;
}

/** Whatever else it named would have another value when the output is kept than when it was looked for. */
function keyFaults(key: string): readonly string[] {
  return rootsOf(key).flatMap(({ path, root }) => {
    if (!isValidPath(path)) return [`key: ${path} is not valid`];
    if (root !== 'workflow') return [];
    return [
      `key: \${${path}} is not in the task's input; give the value to the task in inputParameters and name it here`,
    ];
  });
}

export function readStateChangeEvent(source: Source): StateChangeEvent {
  return withoutAbsent({
    type: requiredText(source, 'type', 'StateChangeEvent type cannot be null or empty'),
    payload: optionalMap(source, 'payload'),
  });
}
