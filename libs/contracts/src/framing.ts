/**
 * The frame that the serializers of a schema registry put before a value: a zero byte, then the id of its schema in four bytes. JSON never
 * begins with a zero byte. So framed and plain values may lie in one topic, and whoever reads them needs no registry.
 */
export const frameBytes = 5;

/** The JSON in bytes that may be framed. For Buffers too: a part of a Buffer is one. */
export function unframed<T extends Uint8Array>(value: T): T {
  return isFramed(value) ? (value.subarray(frameBytes) as T) : value;
}

/** Undefined for a plain value. The id belongs to a content: never take it for a subject. */
export function schemaIdOf(value: Uint8Array): number | undefined {
  return isFramed(value) ? new DataView(value.buffer, value.byteOffset).getInt32(1) : undefined;
}

/** Under this name the schema of a record type is registered: one subject for each type in each topic (TopicRecordName, with a dash). */
export function schemaSubject(topic: string, type: string): string {
  return `${topic}-${type}`;
}

function isFramed(value: Uint8Array): boolean {
  return value.length >= frameBytes && value[0] === 0;
}
