/** The open task that a reference name means (contract 1.2.3). */
import type { TaskDocument } from '@dacapo/contracts';

export function isOpen({ status }: Pick<TaskDocument, 'status'>): boolean {
  return status === 'SCHEDULED' || status === 'IN_PROGRESS';
}

/** By its exact name, else by the name without the iteration of a loop. */
export function openTaskOf(tasks: readonly TaskDocument[], reference: string): TaskDocument | undefined {
  const open = tasks.filter(isOpen);
  return (
    open.find(({ referenceTaskName }) => referenceTaskName === reference) ??
    open.find(({ referenceTaskName }) => referenceTaskName.replace(/__\d+$/, '') === reference)
  );
}
