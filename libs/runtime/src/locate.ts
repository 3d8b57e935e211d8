/**
 * Where a workflow's events lie in a log without an index: what the read model's document covers, and everything behind the read model's
 * position. A workflow that the read model does not know can only be in the second part.
 */
import { partitionOf } from '@dacapo/contracts';
import { isLimitId } from '@dacapo/engine';
import type { Journal, ReadStore } from '@dacapo/ports';

import type { Locate } from './lane-memory.js';
import { projectionReader } from './projection-runner.js';

export function locateByReadModel(journal: Journal, readStore: ReadStore): Locate {
  return async (workflowId) => {
    const partition = partitionOf(workflowId, journal.partitionCount);
    // No document says where a limit's events lie.
    if (isLimitId(workflowId)) return [{ from: 0, to: (await journal.end(partition)) - 1, epoch: 0 }];
    // The position first: the document, read later, covers at least as much.
    const { offset, epoch } = (await readStore.checkpoint(projectionReader, partition)) ?? { offset: 0, epoch: 0 };
    const document = await readStore.workflow(workflowId);
    const end = await journal.end(partition);
    // From the position on, because there it is known who the owner was: what the document covers too is folded once.
    const behind = { from: offset, to: end - 1, epoch };
    const ranges = document === undefined ? [] : [{ from: document.firstOffset, to: document.lastOffset }];
    return behind.from <= behind.to ? [...ranges, behind] : ranges;
  };
}
