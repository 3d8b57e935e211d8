/** What a verification found. The ids are the invariants of ARCHITECTURE.md. */
export interface Violation {
  readonly invariant: string;
  readonly workflowId: string;
  /** `partition:offset` in the events log, where there is one. */
  readonly position?: string;
  readonly seq?: number;
  readonly message: string;
}

export interface VerifyReport {
  readonly workflowId: string;
  readonly valid: boolean;
  readonly events: number;
  readonly decisions: number;
  /** Decisions made again from their command and found to give the same bytes. */
  readonly replayed: number;
  /** Decisions whose command the log no longer keeps: their events were folded instead. */
  readonly unreplayable: number;
  /** Documents of the read model that were compared with the fold. */
  readonly documents: number;
  readonly violations: readonly Violation[];
}
