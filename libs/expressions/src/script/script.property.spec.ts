import fc from 'fast-check';
import { compileScript, runScript } from '../index.js';

const data = {
  n: 5,
  z: 0,
  d: 1.5,
  s: 'abc',
  e: '',
  num: ' 12 ',
  t: true,
  f: false,
  nul: null,
  list: [1, '2', null, [3]],
  obj: { a: 1, length: 3, s: 'x' },
};

/** What JavaScript itself makes of the source: the completion value, or the kind of its failure. */
// oxlint-disable-next-line typescript/no-implied-eval -- the oracle
const evaluateInJavaScript = new Function('$', 'source', 'return eval(source)') as (
  $: object,
  source: string,
) => unknown;

function oracle(source: string): unknown {
  try {
    return { value: evaluateInJavaScript(structuredClone(data), source) ?? null };
  } catch (error) {
    return (error as Error).name;
  }
}

function ours(source: string): unknown {
  const compiled = compileScript(source);
  if (!compiled.ok) return compiled.error.kind === 'syntax' ? 'SyntaxError' : 'unsupported';
  const result = runScript(compiled.script, { $: data });
  if (result.ok) return { value: result.value };
  return result.error.kind === 'thrown' ? 'TypeError' : result.error.kind;
}

let accepted = 0;
function agrees(source: string): void {
  const mine = ours(source);
  if (mine === 'unsupported') return;
  accepted++;
  expect([source, mine]).toEqual([source, oracle(source)]);
}

const word = fc.constantFrom('n', 'z', 'd', 's', 'e', 'num', 't', 'f', 'nul', 'list', 'obj', 'missing', 'length');
const leaf = fc.oneof(
  word.map((name) => `$.${name}`),
  word.map((name) => `$['${name}']`),
  fc.constantFrom('$', '$.list[0]', '$.list[1]', '$.list[3][0]', '$.obj.a', '$.s[1]', '$.s.length', '$.missing.x'),
  fc.constantFrom('0', '1', '-1', '2.5', '1e3', '0x1f', "''", "'abc'", "'5'", "' 5 '", '"x"', "'NaN'", "'1e2'"),
  fc.constantFrom('true', 'false', 'null', 'undefined', 'NaN', 'Infinity', '-0'),
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const binary = fc.constantFrom(
    ...['==', '!=', '===', '!==', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '&&', '||', '??'],
  );
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.tuple(inner, binary, inner).map((parts) => parts.join(' ')),
      fc.tuple(inner, binary, inner).map((parts) => `(${parts.join('')})`),
      fc
        .tuple(fc.constantFrom('!', '-', '+', 'typeof '), inner)
        .map(([operator, operand]) => `${operator}(${operand})`),
      fc.tuple(fc.constantFrom('!', '- ', '+ ', 'typeof '), inner).map((parts) => parts.join('')),
      fc.tuple(inner, inner, inner).map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
      fc.tuple(inner, inner).map(([holder, key]) => `(${holder})[${key}]`),
      fc
        .tuple(inner, fc.constantFrom('trim', 'toLowerCase', 'toUpperCase'))
        .map(([holder, name]) => `(${holder}).${name}()`),
      fc
        .tuple(inner, fc.constantFrom('includes', 'indexOf', 'startsWith', 'endsWith'), inner)
        .map(([holder, name, argument]) => `(${holder}).${name}(${argument})`),
    ),
  };
});

const { statement } = fc.letrec<{ statement: string }>((tie) => {
  const inner = tie('statement');
  const list = fc.array(inner, { maxLength: 3 }).map((statements) => statements.join(' '));
  return {
    statement: fc.oneof(
      { maxDepth: 3 },
      expression.map((value) => `(${value});`),
      fc
        .tuple(fc.constantFrom('var', 'let', 'const'), fc.constantFrom('x', 'y'), leaf)
        .map(([kind, name, value]) => `${kind} ${name} = ${value};`),
      fc
        .tuple(fc.constantFrom('x', 'y'), fc.constantFrom('=', '+=', '*='), leaf)
        .map(([name, operator, value]) => `${name} ${operator} ${value};`),
      fc.constantFrom('x;', 'y\n', ';', '{}', 'x + y\n', 'e();', 'g();'),
      fc.tuple(leaf, inner).map(([test, then]) => `if (${test}) ${then}`),
      fc.tuple(leaf, list, list).map(([test, then, otherwise]) => `if (${test}) {${then}} else {${otherwise}}`),
      list.map((body) => `{${body}}`),
      fc.tuple(list, leaf).map(([body, value]) => `(function(){${body} return ${value}})();`),
      fc
        .tuple(fc.constantFrom('e', 'g'), list, leaf)
        .map(([name, body, value]) => `function ${name}(){${body} return ${value}}`),
      fc.tuple(list, leaf).map(([body, value]) => `(() => {${body} if (${value}) return x; })()\n`),
    ),
  };
});

const token = fc.constantFrom(
  ...[
    '$',
    '.',
    'n',
    's',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ';',
    ',',
    ':',
    '?',
    '+',
    '-',
    '*',
    '/',
    '!',
    '=',
    '==',
    '===',
    '<',
    '>',
  ],
  ...[
    '&&',
    '||',
    '??',
    '1',
    "'a'",
    'var',
    'let',
    'x',
    'if',
    'else',
    'return',
    'function',
    '=>',
    'true',
    'null',
    'typeof',
    '\n',
    '.5',
  ],
);

describe('the small evaluator agrees with JavaScript on whatever it accepts', () => {
  it('in 5,000 expressions, most of which it accepts', () => {
    accepted = 0;
    fc.assert(fc.property(expression, agrees), { seed: 20_261, numRuns: 5_000 });
    expect(accepted).toBeGreaterThan(2_500);
  });

  it('in 5,000 programs', () => {
    accepted = 0;
    const program = fc.array(statement, { minLength: 1, maxLength: 5 }).map((statements) => statements.join('\n'));
    fc.assert(fc.property(program, agrees), { seed: 20_262, numRuns: 5_000 });
    expect(accepted).toBeGreaterThan(1_000);
  });

  it('in 20,000 heaps of tokens', () => {
    const heap = fc.array(token, { minLength: 1, maxLength: 9 }).map((tokens) => tokens.join(' '));
    fc.assert(fc.property(heap, agrees), { seed: 20_263, numRuns: 20_000 });
  });
});
