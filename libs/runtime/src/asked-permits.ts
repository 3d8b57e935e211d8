/**
 * Permits that the polls of this process wait for: one request per task at a time. The limit's answer comes from another partition, so it may
 * be here before the request that it answers.
 */
export class AskedPermits {
  private readonly requests = new Map<string, { readonly request: number; readonly pollId: string }>();
  private readonly early = new Set<string>();

  /** False when the answer has been here already. */
  add(taskId: string, request: number, pollId: string): boolean {
    if (this.early.delete(`${taskId}:${request}`)) return false;
    this.requests.set(taskId, { request, pollId });
    return true;
  }

  /** The poll that waited for it. `isOwn`: the request is of this process, so it will be seen if it was not yet. */
  withdraw(taskId: string, request: number, isOwn: boolean): string | undefined {
    const waiting = this.requests.get(taskId);
    if (waiting?.request === request) {
      this.requests.delete(taskId);
      return waiting.pollId;
    }
    if (isOwn && (waiting === undefined || waiting.request < request)) this.early.add(`${taskId}:${request}`);
    return undefined;
  }

  /** The task has come. */
  settle(taskId: string): void {
    this.requests.delete(taskId);
  }
}
