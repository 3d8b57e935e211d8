/** Task ids by priority (0 to 99, higher first), first in first out within one. A removed id is passed over when its turn comes. */
export class ReadyQueue {
  private readonly levels = new Map<number, Set<string>>();
  private readonly levelOf = new Map<string, number>();

  get size(): number {
    return this.levelOf.size;
  }

  push(taskId: string, priority: number): void {
    if (this.levelOf.has(taskId)) return;
    this.levelOf.set(taskId, priority);
    const level = this.levels.get(priority);
    if (level === undefined) this.levels.set(priority, new Set([taskId]));
    else level.add(taskId);
  }

  /** Who is next, and with which priority. */
  peek(): { readonly taskId: string; readonly priority: number } | undefined {
    const priority = this.highest();
    if (priority === undefined) return undefined;
    for (const taskId of this.levels.get(priority) ?? []) return { taskId, priority };
    return undefined;
  }

  shift(): string | undefined {
    const next = this.peek();
    if (next !== undefined) this.remove(next.taskId);
    return next?.taskId;
  }

  remove(taskId: string): void {
    const priority = this.levelOf.get(taskId);
    if (priority === undefined) return;
    this.levelOf.delete(taskId);
    const level = this.levels.get(priority);
    level?.delete(taskId);
    if (level?.size === 0) this.levels.delete(priority);
  }

  private highest(): number | undefined {
    let highest: number | undefined;
    for (const priority of this.levels.keys()) if (highest === undefined || priority > highest) highest = priority;
    return highest;
  }
}
