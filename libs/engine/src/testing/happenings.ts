/** What workers, operators and time may do to a workflow, in stories of several kinds. */
import fc from 'fast-check';

export const happenings = [
  'claim',
  'message',
  'complete',
  'fail',
  'fail for good',
  'cancel',
  'progress',
  'lease',
  'log',
  'evaluated',
  'late',
  'again',
  'time',
  'timer',
  'early timer',
  'pause',
  'resume',
  'terminate',
  'retry',
  'signal',
  'child ends',
  'child refused',
  'child reopened',
  'retry children',
  'restart',
  'rerun',
  'rerun from',
  'skip',
  'jump',
  'reset callbacks',
  'set variables',
  'remove',
  'poll',
  'found',
  'evaluated',
] as const;

/** What happens next; `pick` chooses among the tasks that it may happen to. */
export interface Happening {
  readonly what: (typeof happenings)[number];
  readonly pick: number;
  readonly seconds: number;
}

const weights: Partial<Record<Happening['what'], number>> = {
  complete: 14,
  claim: 6,
  timer: 5,
  fail: 4,
  retry: 3,
  resume: 3,
  'child ends': 4,
  found: 6,
  evaluated: 4,
  terminate: 1,
  'rerun from': 3,
  'retry children': 3,
  'child reopened': 15,
  remove: 0.1,
};

export const stories = storiesOf(weights);

/** Much fails, and is tried again. */
export const storiesOfFailure = storiesOf({ ...weights, 'fail for good': 20, retry: 8, pause: 1 });

/** Little is ended, so that timers fire; scripts and definitions come back, also while the workflow is paused. */
export const storiesOfWaiting = storiesOf({
  claim: 16,
  timer: 20,
  found: 16,
  evaluated: 10,
  pause: 8,
  resume: 3,
  complete: 4,
  poll: 3,
  terminate: 0.5,
  'rerun from': 0.5,
  restart: 0.5,
  rerun: 0.5,
  jump: 0.5,
  skip: 0.5,
  remove: 0.1,
  cancel: 0.5,
  'fail for good': 0.5,
});

function storiesOf(weightOf: typeof weights): fc.Arbitrary<readonly Happening[]> {
  return fc.array(
    fc.record({
      what: fc.oneof(
        ...happenings.map((what) => ({ weight: (weightOf[what] ?? 2) * 10, arbitrary: fc.constant(what) })),
      ),
      pick: fc.nat(1000),
      seconds: fc.nat(90),
    }),
    { minLength: 5, maxLength: 40 },
  );
}
