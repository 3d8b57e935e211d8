/** From pieces to the tasks of a definition. */
import {
  doWhile,
  dynamic,
  dynamicFork,
  exclusiveJoin,
  type Fields,
  forEach,
  fork,
  forkOver,
  join,
  setVariable,
  simple,
  switchByScript,
  switchOn,
  task,
} from './definitions.js';
import { list3, type Piece } from './pieces.js';

/** Gives the pieces reference names, in the order of the definition. */
export class Renderer {
  private count = 0;

  list(pieces: readonly Piece[]): readonly Fields[] {
    return pieces.flatMap((piece) => this.piece(piece));
  }

  private piece(piece: Piece): readonly Fields[] {
    const reference = `r${this.count++}`;
    switch (piece.kind) {
      case 'simple':
        return [simple(reference, { name: piece.def, ...piece.fields })];
      case 'set':
        return [setVariable(reference, { v: piece.value })];
      case 'wait':
        return [task('WAIT', reference, { inputParameters: piece.input, ...piece.fields })];
      case 'child':
        return [task('SUB_WORKFLOW', reference, { subWorkflowParam: { name: 'child' }, ...piece.fields })];
      case 'terminate':
        return [
          task('TERMINATE', reference, {
            inputParameters: { terminationStatus: piece.status, workflowOutput: { by: reference } },
          }),
        ];
      case 'typed':
        return [task(piece.type, reference, { name: piece.name, ...piece.fields })];
      case 'try': {
        const [body, caught, last] = [piece.body, piece.caught ?? [], piece.last].map((inner) => this.list(inner));
        const lists = { try: body ?? [], ...(piece.caught === undefined ? {} : { catch: caught }), finally: last };
        return [task('TRY', reference, { decisionCases: lists, ...piece.fields })];
      }
      case 'decision': {
        const inputParameters = { value: piece.value };
        const decisionCases = { x: this.list(piece.first) };
        const defaultCase = this.list(piece.otherwise);
        const caseValueParam = 'value';
        return [task('DECISION', reference, { caseValueParam, inputParameters, decisionCases, defaultCase })];
      }
      case 'switch': {
        const [first = [], second = [], otherwise = []] = piece.cases.map((inner) => this.list(inner));
        const cases = { x: first, y: second };
        return piece.script
          ? [switchByScript(reference, "$.value == 'x' ? 'x' : 'y'", { value: piece.value }, cases)]
          : [switchOn(reference, piece.value, cases, otherwise)];
      }
      case 'fork': {
        const branches = piece.branches.map((inner) => this.list(inner));
        const lasts = branches.map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        const joinOn = piece.joinAll ? lasts : lasts.slice(1);
        return [fork(reference, ...branches), join(`${reference}j`, joinOn, piece.optional ? { optional: true } : {})];
      }
      case 'dynamic':
        return [dynamic(reference, piece.name, piece.fields)];
      case 'dynamic fork':
        return [this.dynamicFork(reference, piece), join(`${reference}j`, [])];
      case 'exclusive': {
        const [first = [], second = []] = piece.cases.map((inner) => this.list(inner));
        const lasts = [first, second].map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        return [
          setVariable(reference, { v: piece.value }),
          switchOn(`${reference}s`, piece.value, { x: first, y: second }),
          exclusiveJoin(`${reference}e`, lasts, [reference]),
        ];
      }
      case 'scripted join': {
        const branches = piece.branches.map((inner) => this.list(inner));
        const lasts = branches.map((branch) => String(branch.at(-1)?.['taskReferenceName']));
        return [fork(reference, ...branches), join(`${reference}j`, lasts, piece.condition)];
      }
      case 'loop': {
        const { turns, items, keepLastN, sandbox, fields } = piece;
        const condition = `$.${reference}['iteration'] < ${turns}`;
        return [
          doWhile(
            reference,
            sandbox ? `[1].map(function () { return ${condition} })[0]` : condition,
            this.list(piece.body),
            {
              inputParameters: {
                ...(items === undefined ? {} : { _items: list3(items) }),
                ...(keepLastN === undefined ? {} : { keepLastN }),
              },
              ...fields,
            },
          ),
        ];
      }
      case 'each': {
        const { items, concurrency, fields } = piece;
        return [
          forEach(reference, list3(items), this.list(piece.body), { inputParameters: { concurrency }, ...fields }),
        ];
      }
      default:
        return piece satisfies never;
    }
  }

  /** A branch is one task: longer pieces stand inside of a SWITCH. Their own expressions are as literal as the rest of the list. */
  private dynamicFork(
    reference: string,
    { style, branches, optional }: Extract<Piece, { kind: 'dynamic fork' }>,
  ): Fields {
    if (style === 'B') {
      const forkTaskInputs = branches.map((_, index) => (index % 2 === 0 ? { index } : index));
      return forkOver(
        reference,
        forkTaskInputs,
        { forkTaskName: ['plain', 'total', 'nobody'][branches.length % 3] },
        { optional },
      );
    }
    if (style === 'C') {
      const dynamicTasks = branches.map((_, index) => ({
        taskName: index === 1 ? 'nobody' : 'plain',
        referenceName: `${reference}_${index}`,
        ...(index === 2 ? { workflowName: 'child' } : {}),
      }));
      return task('FORK_JOIN_DYNAMIC', reference, {
        dynamicForkJoinTasksParam: 'list',
        inputParameters: { list: { dynamicTasks } },
      });
    }
    const tasks = branches.map((branch) => {
      const list = this.piece(branch);
      return list.length === 1 ? list[0] : switchOn(`${reference}_${this.count++}`, 'x', { x: list });
    });
    return dynamicFork(reference, { inputParameters: { tasks, inputs: {} } });
  }
}
