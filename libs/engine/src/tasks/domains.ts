/** In which domains a worker's task may be offered (contract 5.15). Which of them is polled is for the gateway to know. */
import { own, type WorkflowState } from '../state.js';

const none = 'NO_DOMAIN';

export interface Domains {
  /** The last one; absent when that is none. */
  readonly domain?: string;
  /** All of them in their order, when there are several. */
  readonly domains?: readonly string[];
}

/** The type's own entry of `taskToDomain` before `*`. */
export function domainsOf({ taskToDomain }: Pick<WorkflowState, 'taskToDomain'>, queue: string): Domains {
  const entry = taskToDomain === undefined ? undefined : (own(taskToDomain, queue) ?? own(taskToDomain, '*'));
  if (entry === undefined) return {};
  const domains = entry
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => (each.toUpperCase() === none ? none : each));
  const domain = domainNamed(domains.at(-1));
  return { ...(domain === undefined ? {} : { domain }), ...(domains.length > 1 ? { domains } : {}) };
}

/** `NO_DOMAIN` is the name of none. */
export function domainNamed(name: string | undefined): string | undefined {
  return name === none ? undefined : name;
}

/** Where the task may be handed out, the first choice first. */
export function choicesOf({ domain, domains }: Domains): readonly (string | undefined)[] {
  return domains === undefined ? [domain] : domains.map(domainNamed);
}

/** What an event says about the domain that a task with several was taken in; nothing when it has only one, or when the domain is none of its own. */
export function takenIn(task: Domains, domain: string | undefined): { readonly domain?: string } {
  return task.domains === undefined || !choicesOf(task).includes(domain) ? {} : { domain: domain ?? '' };
}
