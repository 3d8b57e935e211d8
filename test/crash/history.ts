/** What the clients were told, to be held against the log afterwards (reliability I1, I10, I11). */
export interface ToldStart {
  /** In the workflow's input, never used for a second start. */
  readonly key: string;
  readonly name: string;
  readonly workflowId: string;
  /** Where the answering event stands, `partition:offset`. */
  readonly position: string;
}

export interface ToldUpdate {
  readonly taskId: string;
  readonly workflowId: string;
  readonly status: string;
  readonly token: string;
  readonly position: string;
}

export interface ToldTask {
  readonly taskId: string;
  readonly workflowId: string;
  readonly workerId: string;
}

export class History {
  readonly starts: ToldStart[] = [];
  readonly updates: ToldUpdate[] = [];
  readonly polled: ToldTask[] = [];
  /** Keys of starts that nobody answered: each exists once or not at all. */
  readonly unknownStarts = new Set<string>();
  /** Updates that nobody answered; they are sent again until somebody does. */
  unknownUpdates = 0;
}
