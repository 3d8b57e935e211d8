/** What an edge needs behind it: ask for changes, read, hand out tasks. It follows the events of its partitions and owns none of them. */
import type { TaskDocument } from '@dacapo/contracts';
import type { Alarm, Clock, Journal, ReaderCheckpoint, ReadStore } from '@dacapo/ports';

import { Answers } from './answers.js';
import { CommandFactory } from './command-factory.js';
import type { DefinitionRegistry } from './definition-registry.js';
import { EventFeed, type FeedListener } from './event-feed.js';
import { limits } from './limits.js';
import { KeptTasks } from './kept-tasks.js';
import type { Log } from './log.js';
import { readerLoop } from './loops.js';
import { Offers } from './offers.js';
import { Poller } from './poller.js';
import { projectionReader } from './projection-runner.js';
import { ReadyIndex } from './ready-index.js';
import { RecentEvents } from './recent-events.js';
import { Settling } from './settling.js';
import { Supervisor } from './supervisor.js';
import { Views } from './views.js';

export interface GatewayOptions {
  readonly journal: Journal;
  readonly readStore: ReadStore;
  readonly registry: DefinitionRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Random, new at every start, letters and digits. */
  readonly idPrefix: string;
  readonly partitions: readonly number[];
  /** The queues whose tasks this process hands out. Default: all. */
  readonly queues?: ReadonlySet<string>;
  /** Lanes are elsewhere: the polls that wait here are offered to them with the commands. Default false. */
  readonly offersPolls?: boolean;
  /** Somebody else that wants to hear of every event. */
  readonly listeners?: readonly FeedListener[];
}

export class GatewayRuntime {
  readonly commands: CommandFactory;
  readonly answers: Answers;
  readonly views: Views;
  readonly poller: Poller;
  readonly ready: ReadyIndex;
  readonly registry: DefinitionRegistry;
  readonly settling: Settling;
  private readonly recent = new RecentEvents();
  private readonly feed: EventFeed;
  private readonly supervisor: Supervisor;
  /** Polls offered to decisions that are made elsewhere. */
  readonly offers: Offers | undefined;
  private look: Alarm | undefined;
  private isServing = false;
  private isStopped = false;

  constructor(private readonly options: GatewayOptions) {
    const { journal, readStore, registry, clock, log, idPrefix } = options;
    this.registry = registry;
    this.commands = new CommandFactory(idPrefix);
    this.views = new Views(readStore, this.recent, journal);
    const kept =
      options.offersPolls === true
        ? new KeptTasks(
            clock,
            () => this.commands.nextId(),
            (task) => this.handBack(task),
            (task, workerId, takenMsAgo) => this.nameWorker(task, workerId, takenMsAgo),
          )
        : undefined;
    this.ready = new ReadyIndex(
      (task) => this.handBack(task),
      (taskId, workflowId) => this.fetch(taskId, workflowId),
      (pollId) => this.commands.isOwn(pollId),
      () => clock.now(),
      (queue) => options.queues?.has(queue) ?? true,
      kept,
    );
    const offers = (this.offers = options.offersPolls === true ? new Offers(this.ready, registry, clock) : undefined);
    this.answers = new Answers(journal, clock, offers && ((command) => offers.offer(command)));
    this.poller = new Poller(
      this.ready,
      this.answers,
      this.commands,
      clock,
      (task) => this.handBack(task),
      (taskDefName) => registry.limitsOf(taskDefName),
      (task) => offers?.handedOut(task),
      kept,
    );
    this.settling = new Settling(this.recent, clock);
    // First what reads use, then who is answered: an answer's reader finds the event that answered it.
    this.feed = new EventFeed(journal, [
      this.recent,
      this.ready,
      ...(options.listeners ?? []),
      ...(offers === undefined ? [] : [offers]),
      ...(kept === undefined ? [] : [kept]),
      this.settling,
      this.answers,
    ]);
    this.supervisor = new Supervisor('event-feed', () => readerLoop(this.feed), clock, log);
  }

  get isReady(): boolean {
    return this.isServing && this.supervisor.isReady;
  }

  /** Events that the read model does not have yet, as far as this process knows. */
  get unprojected(): number {
    return this.recent.size;
  }

  /** Resolves when everything that the log holds has been taken in. */
  async start(): Promise<void> {
    const { readStore, partitions } = this.options;
    const from = new Map<number, ReaderCheckpoint>();
    for (const partition of partitions)
      from.set(partition, (await readStore.checkpoint(projectionReader, partition)) ?? { offset: 0, epoch: 0 });
    for (const task of await readStore.readyTasks(partitions)) this.ready.add(task);
    this.feed.begin(from);
    await this.supervisor.start();
    await this.feed.caughtUp();
    this.isServing = true;
  }

  /** The read model has the events of the partition before this offset. */
  projected(partition: number, nextOffset: number): void {
    this.recent.projected(partition, nextOffset);
  }

  /** Asks the read model from time to time how far it is, when the projection runs in another process. */
  watchProjection(): void {
    const { clock, readStore, partitions, log } = this.options;
    const again = (): void => {
      this.look = clock.at(clock.now() + limits.projectionLookMs, watch);
    };
    const watch = (): void => {
      Promise.all(partitions.map((partition) => readStore.checkpoint(projectionReader, partition)))
        .then(
          (checkpoints) => {
            for (const [index, partition] of partitions.entries())
              this.recent.projected(partition, checkpoints[index]?.offset ?? 0);
          },
          (error: unknown) => log.warn({ error }, 'the read store does not say how far it is; asking again'),
        )
        .finally(again);
    };
    again();
  }

  /** Before the edge closes: no more tasks are handed out, and parked polls are answered, so that nobody waits for them. */
  drain(): void {
    this.isServing = false;
    this.poller.drain();
  }

  async stop(): Promise<void> {
    this.drain();
    this.isStopped = true;
    this.look?.cancel();
    this.answers.stop();
    this.offers?.stop();
    await this.supervisor.stop();
  }

  /** The poll that a task was started for has gone: the task goes back to its queue at once instead of after its lease. */
  private handBack(task: TaskDocument): void {
    const { log } = this.options;
    const command = this.commands.make('ProgressTask', task.workflowId, {
      taskId: task.taskId,
      callbackAfterSeconds: 0,
      handedBack: true,
    });
    this.answers
      .ask(command)
      .catch((error: unknown) =>
        log.warn({ taskId: task.taskId, error }, 'a task could not be handed back; its lease will end'),
      );
  }

  /** Who has the task that was kept here, for the log; its lease counts from then on. */
  private nameWorker({ taskId, workflowId }: TaskDocument, workerId: string, takenMsAgo: number): void {
    const command = this.commands.make('ExtendTaskLease', workflowId, { taskId, workerId, takenMsAgo });
    this.answers
      .ask(command)
      .catch((error: unknown) =>
        this.options.log.warn({ taskId, error }, 'a worker could not be named; its task may be offered again'),
      );
  }

  /** Until it is read: a task that the index does not get is handed out to nobody before the next start. */
  private fetch(taskId: string, workflowId: string): void {
    const { log, clock } = this.options;
    this.views.task(taskId, workflowId).then(
      (task) => {
        if (task !== undefined) this.ready.add(task);
      },
      (error: unknown) => {
        if (this.isStopped) return;
        log.warn({ taskId, error }, 'an offered task could not be read; it is read again');
        clock.at(clock.now() + limits.retryMs, () => this.fetch(taskId, workflowId));
      },
    );
  }
}
