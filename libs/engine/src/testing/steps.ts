/** What can happen to a workflow under test. Tasks are named by their references; the latest attempt is meant. */
import type { CommandData, SealedEvent } from '@dacapo/contracts';

import { aRegisteredTaskDef } from './definitions.js';
import type { Run } from './run.js';

/** Does something with the run, and gives the records that came of it. */
export type Step = (run: Run) => readonly SealedEvent[];

type Fields = Readonly<Record<string, unknown>>;

export function start(input: Fields = {}, more: Partial<CommandData<'StartWorkflow'>> = {}): Step {
  return (run) => {
    const { digest, definition } = run.flow;
    const { name, version } = definition;
    return run.send('StartWorkflow', { definition: digest, name, version, input, ...more });
  };
}

export function claim(reference: string, workerId = 'w1', more: Partial<CommandData<'ClaimTask'>> = {}): Step {
  return (run) => run.send('ClaimTask', { taskId: run.idOf(reference), workerId, ...more });
}

export function startByMessage(reference: string, workerId = 'w1'): Step {
  return (run) => run.send('StartTask', { taskId: run.idOf(reference), workerId });
}

export function complete(reference: string, output?: Fields, more: Partial<CommandData<'CompleteTask'>> = {}): Step {
  return (run) =>
    run.send('CompleteTask', { taskId: run.idOf(reference), ...(output === undefined ? {} : { output }), ...more });
}

export function fail(
  reference: string,
  reasonForIncompletion?: string,
  more: Partial<CommandData<'FailTask'>> = {},
): Step {
  return (run) =>
    run.send('FailTask', {
      taskId: run.idOf(reference),
      ...(reasonForIncompletion === undefined ? {} : { reasonForIncompletion }),
      ...more,
    });
}

/** Workers do all that is open now. */
export const completeAll: Step = (run) =>
  Object.keys(run.live.open)
    .filter((reference) => run.task(reference).queue !== undefined)
    .flatMap((reference) => run.send('CompleteTask', { taskId: run.idOf(reference) }));
/** The limit of a task answers the request that it waits for, or any other. */
export function limitSays(
  type: 'GrantPermit' | 'OfferPermit' | 'RefusePermit',
  reference?: string,
  request?: number,
): Step {
  return (run) => {
    const holder = reference === undefined ? run.live.workflowId : run.idOf(reference);
    const permit = run.live.permits?.[holder];
    return run.send(
      type,
      { holder, request: request ?? permit?.request ?? 0, limit: permit?.limit ?? 'limit:x' },
      true,
    );
  };
}

export function granted(reference?: string, request?: number): Step {
  return limitSays('GrantPermit', reference, request);
}

/** The sandbox has run the script of a task. */
export function evaluated(reference: string, outcome: CommandData<'RecordEvaluation'>['outcome']): Step {
  return (run) => {
    const { taskId, evaluating: request = 0 } = run.task(reference);
    return run.send('RecordEvaluation', { taskId, request, outcome, sandbox: 'test' });
  };
}

/** The definitions that a task had asked for, by name: just these are registered. */
export function found(reference: string, taskDefs: Readonly<Record<string, Fields>> = {}): Step {
  const registered = Object.entries(taskDefs).map(([name, fields]) => [name, aRegisteredTaskDef(name, fields)]);
  return (run) =>
    run.send('RecordTaskDefs', { taskId: run.idOf(reference), taskDefs: Object.fromEntries(registered) }, true);
}

/** The cache holds this output for a task that had asked; without one, none. */
export function cacheSays(reference: string, output?: Fields): Step {
  return (run) => {
    const data = { taskId: run.idOf(reference), ...(output === undefined ? {} : { output }) };
    return run.send('RecordCachedOutput', data, true);
  };
}

export function cancel(reference: string, more: Partial<CommandData<'CancelTask'>> = {}): Step {
  return (run) => run.send('CancelTask', { taskId: run.idOf(reference), ...more });
}

export function progress(reference: string, more: Partial<CommandData<'ProgressTask'>> = {}): Step {
  return (run) => run.send('ProgressTask', { taskId: run.idOf(reference), ...more });
}

export function extendLease(reference: string): Step {
  return (run) => run.send('ExtendTaskLease', { taskId: run.idOf(reference) });
}

export function log(reference: string, line: string): Step {
  return (run) => run.send('LogTask', { taskId: run.idOf(reference), log: line });
}

export function signal(status: CommandData<'SignalWorkflow'>['status'], output: Fields = {}): Step {
  return (run) => run.send('SignalWorkflow', { status, output });
}

export const pause: Step = (run) => run.send('PauseWorkflow', {});
export const resume: Step = (run) => run.send('ResumeWorkflow', {});
export const retry: Step = (run) => run.send('RetryWorkflow', {});

/** A failed child is retried where it is. */
export const retryChildren: Step = (run) => run.send('RetryWorkflow', { resumeSubworkflowTasks: true });
export const restart: Step = (run) => run.send('RestartWorkflow', {});
export const resetCallbacks: Step = (run) => run.send('ResetCallbacks', {});

export function rerun(reference?: string, data: Omit<CommandData<'RerunWorkflow'>, 'fromTaskId'> = {}): Step {
  return (run) =>
    run.send('RerunWorkflow', { ...data, ...(reference === undefined ? {} : { fromTaskId: run.idOf(reference) }) });
}

export function skip(referenceTaskName: string, data: Omit<CommandData<'SkipTask'>, 'referenceTaskName'> = {}): Step {
  return (run) => run.send('SkipTask', { referenceTaskName, ...data });
}

export function jump(referenceTaskName: string, input?: Fields): Step {
  return (run) => run.send('JumpToTask', { referenceTaskName, ...(input === undefined ? {} : { input }) });
}

export function setVariables(variables: Fields): Step {
  return (run) => run.send('SetVariables', { variables });
}

export function remove(data: CommandData<'RemoveWorkflow'> = {}): Step {
  return (run) => run.send('RemoveWorkflow', data);
}

export function terminateWorkflow(reason?: string, more: Partial<CommandData<'TerminateWorkflow'>> = {}): Step {
  return (run) => run.send('TerminateWorkflow', { ...(reason === undefined ? {} : { reason }), ...more });
}

/** The lane's alarm rings now. */
export const fireTimer: Step = (run) => run.send('FireTimer', { due: run.now });

/** Time passes, and nobody looks. */
export function after(seconds: number): Step {
  return (run) => {
    run.elapse(Math.round(seconds * 1000));
    return [];
  };
}

/** Time passes, and the alarm rings. */
export function fireTimerAfter(seconds: number): Step {
  return (run) => {
    run.elapse(Math.round(seconds * 1000));
    return fireTimer(run);
  };
}

export function parkPoll(taskType: string, workerId = 'w1', domain?: string): Step {
  return (run) => {
    run.park({ taskType, workerId, pollId: `poll-${workerId}`, ...(domain === undefined ? {} : { domain }) });
    return [];
  };
}

export function childEnds(
  reference: string,
  status: CommandData<'RecordChildEnd'>['status'],
  output: Fields = {},
  reason?: string,
  childRun?: number,
): Step {
  return (run) =>
    run.send(
      'RecordChildEnd',
      {
        taskId: run.idOf(reference),
        childWorkflowId: run.task(reference).subWorkflowId ?? '',
        status,
        output,
        ...(reason === undefined ? {} : { reason }),
        ...(childRun === undefined ? {} : { run: childRun }),
      },
      true,
    );
}

/** An operator opened the child of a task. */
export function childReopened(
  reference: string,
  run: number,
  operation: CommandData<'RecordChildReopened'>['operation'] = 'retried',
): Step {
  return (parent) => {
    const { taskId, subWorkflowId = '' } = parent.task(reference);
    const chain = `child.3/${subWorkflowId}`;
    return parent.send('RecordChildReopened', { taskId, childWorkflowId: subWorkflowId, run, chain, operation }, true);
  };
}

export function childRefused(reference: string, reason: string): Step {
  return (run) => run.send('RecordChildRefusal', { taskId: run.idOf(reference), reason }, true);
}

export function failureWorkflowRefused(name: string, reason: string): Step {
  return (run) => run.send('RecordFailureWorkflowRefusal', { name, reason }, true);
}

/** The same command once more, about the attempt that was meant then: a worker that sends twice. */
export const theSameAgain: Step = (run) => {
  const last = run.commands.at(-1);
  if (last === undefined) throw new Error('nothing was sent yet');
  return run.decide({ ...last, id: `${last.id}-again` });
};
