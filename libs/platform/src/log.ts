import { pino, stdSerializers } from 'pino';

/** JSON lines on stderr: stdout is for what a person or a script reads. */
export function makeLog(level: string, role: string): ReturnType<typeof pino> {
  return pino({ level, base: { role }, serializers: { error: stdSerializers.err } }, process.stderr);
}
