/**
 * What expressions can see. `root` gives the object of a root name (`workflow`, or a task reference name), undefined when
 * there is none. It is asked for `CPEWF_TASK_ID` too, and answers with the task's id where the mapper knows it.
 */
export interface Scope {
  root(name: string): unknown;
  /** What the value of an expression becomes when it is, or holds, something that its owner goes on changing; otherwise the value itself. */
  detach?(value: unknown): unknown;
}
