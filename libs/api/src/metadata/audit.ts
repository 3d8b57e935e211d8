/** When a definition was made and changed is the server's to say, whatever a client sends. */
import type { Auditable } from '@dacapo/definitions';

export function audited<T extends Auditable>(definition: T, previous: Auditable | undefined, now: number): T {
  const { createdBy: _createdBy, updatedBy: _updatedBy, ownerApp: _ownerApp, ...rest } = definition;
  const times =
    previous === undefined ? { createTime: now, updateTime: 0 } : { createTime: previous.createTime, updateTime: now };
  return { ...rest, ...times } as T;
}
