/** The scenarios of javascript/scenarios, judged one by one: the same on the embedded server and on Kafka and MongoDB. */
import { builtIns } from './javascript/scenarios/built-ins.mjs';
import { control } from './javascript/scenarios/control.mjs';
import { operators } from './javascript/scenarios/operators.mjs';
import { structures } from './javascript/scenarios/structures.mjs';
import { runClient } from './standalone.js';

interface Outcome {
  readonly name: string;
  readonly workflowIds: readonly string[];
  /** What went wrong, if anything. */
  readonly error?: string;
}

export const scenarioNames = Object.keys({ ...operators, ...structures, ...control, ...builtIns });

export class Outcomes {
  private constructor(
    private readonly url: string,
    private readonly byName: ReadonlyMap<string, Outcome>,
  ) {}

  static async of(url: string, timeoutMs: number): Promise<Outcomes> {
    const { outcomes } = await runClient<{ outcomes: readonly Outcome[] }>('scenarios/run.mjs', [url], timeoutMs);
    return new Outcomes(url, new Map(outcomes.map((outcome) => [outcome.name, outcome])));
  }

  /** What is wrong with a scenario: its own error, or a workflow of it whose history does not prove itself. */
  async faultOf(name: string): Promise<unknown> {
    const outcome = this.byName.get(name);
    if (outcome === undefined) return 'it was not run';
    if (outcome.error !== undefined) return outcome.error;
    for (const id of outcome.workflowIds) {
      const response = await fetch(`${this.url}/api/workflow/${id}/verify`);
      const verdict = (await response.json()) as { readonly valid?: boolean };
      if (verdict.valid !== true) return verdict;
    }
    return undefined;
  }
}
