import { SCRIPT_STEPS_MAX } from '../limits.js';
import { callMethod, readMember, refuseNothing } from './members.js';
import { binary, unary } from './operators.js';
import { unsupported } from './refusal.js';
import { type Run, spend } from './run.js';
import type { Expression, FunctionBody, Script, Statement } from './syntax.js';

/** A statement without a completion value, which is not undefined: `5; var x = 1` completes with 5. */
const none = Symbol('no completion value');

/** The completion value of the script, as `eval` gives it; throws a Refusal. */
export function interpret(script: Script, variables: Readonly<Record<string, unknown>>): unknown {
  const locals: unknown[] = Array.from({ length: script.slotCount });
  const run: Run = { variables, locals, steps: SCRIPT_STEPS_MAX, isReturning: false, returned: undefined };
  const value = executeAll(script.statements, run);
  return value === none ? undefined : value;
}

function executeAll(statements: readonly Statement[], run: Run): unknown {
  let completion: unknown = none;
  for (const statement of statements) {
    const value = execute(statement, run);
    if (value !== none) completion = value;
    if (run.isReturning) break;
  }
  return completion;
}

function execute(statement: Statement, run: Run): unknown {
  spend(run, 1);
  switch (statement.kind) {
    case 'empty':
      return none;
    case 'expression':
      return evaluate(statement.value, run);
    case 'initialise':
      run.locals[statement.slot] = evaluate(statement.value, run);
      return none;
    case 'block':
      return executeAll(statement.body, run);
    case 'if':
      return executeIf(statement, run);
    case 'return':
      run.returned = evaluate(statement.value, run);
      run.isReturning = true;
      return none;
    default:
      return statement satisfies never;
  }
}

function executeIf({ test, then, otherwise }: Extract<Statement, { kind: 'if' }>, run: Run): unknown {
  const branch = evaluate(test, run) ? then : otherwise;
  const value = branch === undefined ? none : execute(branch, run);
  return value === none ? undefined : value;
}

export function evaluate(expression: Expression, run: Run): unknown {
  spend(run, 1);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return variable(expression.name, run);
    case 'local':
      return run.locals[expression.slot];
    case 'assign':
      return (run.locals[expression.slot] = evaluate(expression.value, run));
    case 'member':
      return member(expression, run);
    case 'method':
      return method(expression, run);
    case 'invoke':
      return invoke(expression.body, run);
    case 'function':
      throw unsupported('A function as a value');
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, run), run);
    case 'binary': {
      const left = evaluate(expression.left, run);
      return binary(expression.operator, { left, right: evaluate(expression.right, run) }, run);
    }
    case 'logical':
      return logical(expression, run);
    case 'conditional':
      return evaluate(evaluate(expression.test, run) ? expression.then : expression.otherwise, run);
    case 'list':
      return expression.items.map((item) => evaluate(item, run));
    case 'map':
      return Object.fromEntries(expression.entries.map(([key, value]) => [key, evaluate(value, run)]));
    default:
      return expression satisfies never;
  }
}

/** What is not handed in may be a global of the sandbox (`Math`), or an error there. */
function variable(name: string, run: Run): unknown {
  if (!Object.hasOwn(run.variables, name)) throw unsupported(`The name ${name}`);
  return run.variables[name];
}

function member({ object, key }: Extract<Expression, { kind: 'member' }>, run: Run): unknown {
  const holder = evaluate(object, run);
  return readMember(holder, key.kind === 'literal' ? key.value : evaluate(key, run));
}

function method({ object, name, args }: Extract<Expression, { kind: 'method' }>, run: Run): unknown {
  const holder = evaluate(object, run);
  // JavaScript looks for the method before it looks at the arguments.
  refuseNothing(holder, name);
  const [argument] = args.map((value) => evaluate(value, run));
  return callMethod(name, { holder, argument }, run);
}

function logical({ operator, left, right }: Extract<Expression, { kind: 'logical' }>, run: Run): unknown {
  const first = evaluate(left, run);
  const isDecided =
    operator === '&&' ? !first : operator === '||' ? Boolean(first) : first !== null && first !== undefined;
  return isDecided ? first : evaluate(right, run);
}

function invoke({ body, slots }: FunctionBody, run: Run): unknown {
  for (const slot of slots) run.locals[slot] = undefined;
  executeAll(body, run);
  if (!run.isReturning) return undefined;
  run.isReturning = false;
  return run.returned;
}
