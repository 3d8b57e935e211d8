/** The open task that a reference name means (contract 1.2.3). */
import type { TaskDocument } from '@dacapo/contracts';

export function isOpen({ status }: Pick<TaskDocument, 'status'>): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

/** By its exact name, else by the name without the turns of the loops around it. */
export function openTaskOf(tasks: readonly TaskDocument[], reference: string): TaskDocument | undefined {
  const open = tasks.filter(isOpen);
  return (
    open.find(({ referenceTaskName }) => referenceTaskName === reference) ??
    open.find(({ referenceTaskName }) => isTurnOf(referenceTaskName, reference))
  );
}

function isTurnOf(name: string, reference: string): boolean {
  return name.startsWith(reference) && /^(?:__\d+)+$/.test(name.slice(reference.length));
}
