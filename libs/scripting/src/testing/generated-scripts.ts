/** Scripts and inputs for the comparison of the small evaluator with the sandbox. Most scripts are of the subset that both run. */
import fc from 'fast-check';

const words = ['n', 'z', 'd', 's', 'e', 'u', 't', 'f', 'nul', 'list', 'obj', 'missing', 'length', 'a', 'b'] as const;
const word = fc.constantFrom(...words);

const oddNumbers = [
  0, 1, -1, 2, 7, 10, 0.1, 0.2, 0.3, 1.5, -2.5, 1e21, 1e-7, 123456789012345680000, 1e300, -1e300, 5e-324, 1.7976931348623157e308,
  2147483647, 2147483648, 4294967295, 4294967296, 9007199254740991, 9007199254740992, 0.000001, 1e-6, 100, 1e2, 3.14159,
]; // prettier-ignore
const oddTexts = [
  '', ' ', '0', '-0', '1', ' 12 ', '1e3', '0x1f', '0b11', '0o7', '-0x1', '+5', '1_0', '.5', '5.', '.', '1e1000', 'Infinity', '-Infinity',
  'NaN', 'null', 'true', 'undefined', 'abc', 'ABC', 'ab', 'é', 'é', 'ß', 'İ', '😀', '😀x', '\ud83d', '\ude00', '\ud800', '日本', '\u00a0',
  '\ufeff1', '\u180e1', '\u2003x\u2003', '\u2028', '\0', 'a\0b', '\n1\t', 'length', '__proto__', 'constructor', 'toString', "it's", '"', '\\',
]; // prettier-ignore

const number = fc.oneof(
  fc.constantFrom(...oddNumbers),
  fc.integer(),
  fc.integer({ min: -5, max: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const scalar = fc.oneof(number, text, fc.boolean(), fc.constant(null));

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
}));

/** An input of a script; what JSON cannot hold (-0) is not in it. */
export const generatedInput: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    n: number,
    z: fc.constant(0),
    d: number,
    s: text,
    e: fc.constant(''),
    u: text,
    t: fc.constant(true),
    f: fc.constant(false),
    nul: fc.constant(null),
    list: fc.array(value, { maxLength: 5 }),
    obj: fc.dictionary(word, value, { maxKeys: 5 }),
    length: scalar,
    a: value,
    b: value,
  })
  .map((input) => JSON.parse(JSON.stringify(input)) as Record<string, unknown>);

function singleQuoted(content: string): string {
  const inside = JSON.stringify(content).slice(1, -1);
  return `'${inside.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const literal = fc.oneof(
  number.map((each) => (each < 0 || Object.is(each, -0) ? `(${each})` : String(each))),
  text.map((each) => JSON.stringify(each)),
  text.map(singleQuoted),
  fc.constantFrom(
    '0x1F',
    '0XfF',
    '.5',
    '5.',
    '1E+2',
    '1e-2',
    '0',
    '-0',
    '0.0',
    '1e400',
    '123456789012345678901234567890',
  ),
  fc.constantFrom('true', 'false', 'null', 'undefined', 'NaN', 'Infinity', '-Infinity'),
  fc.constantFrom("'\\x41'", "'\\u00e9'", "'\\ud83d\\ude00'", "'a\\\nb'", "'\\v\\f\\b'", "'\\0'", "'\\q'"),
);
const path = fc.oneof(
  word.map((name) => `$.${name}`),
  word.map((name) => `$['${name}']`),
  fc.tuple(word, word).map(([first, second]) => `$.${first}.${second}`),
  fc.tuple(word, fc.integer({ min: -1, max: 5 })).map(([name, index]) => `$.${name}[${index}]`),
  fc.tuple(word, text).map(([name, key]) => `$.${name}[${JSON.stringify(key)}]`),
  word.map((name) => `$.${name}.length`),
  fc.constant('$'),
);
const leaf = fc.oneof({ arbitrary: path, weight: 2 }, { arbitrary: literal, weight: 3 });

/** What has methods and elements. */
const textual = fc.oneof(
  fc.constantFrom('$.s', '$.u', '$.e', "($.n + '')", '($.d + "")', '(typeof $.a)', "('' + $.length)", '(($.s + $.u))'),
  text.map((each) => `(${JSON.stringify(each)})`),
);
const holder = fc.oneof(
  textual,
  fc.constantFrom('$.list', '$.obj', '$.a', '$.b', '[1, "x", null]', "({a: 1, b: 'x'})", '$'),
);

const binaryOperators = ['==', '!=', '===', '!==', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '&&', '||', '??'];
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const operator = fc.constantFrom(...binaryOperators);
  const plain = fc.oneof(
    fc.tuple(inner, operator, inner).map((parts) => parts.join(' ')),
    fc.tuple(inner, operator, inner).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(inner, operator, inner).map(([left, sign, right]) => `(${left}) ${sign} (${right})`),
    fc.tuple(leaf, operator, leaf).map(([left, sign, right]) => `${left} ${sign} ${right}`),
    fc.tuple(leaf, operator).map(([each, sign]) => `${each} ${sign} ${each}`),
    fc.tuple(textual, operator, textual).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('!', '-', '+', 'typeof ', '!!'), inner).map(([sign, operand]) => `${sign}(${operand})`),
    fc.tuple(inner, inner, inner).map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
    fc.tuple(textual, fc.constantFrom('trim', 'toLowerCase', 'toUpperCase')).map(([each, name]) => `${each}.${name}()`),
    fc
      .tuple(textual, fc.constantFrom('includes', 'indexOf', 'startsWith', 'endsWith'), inner)
      .map(([each, name, argument]) => `${each}.${name}(${argument})`),
    fc
      .tuple(fc.constantFrom('$.list', '[1, "x", null, -0, NaN]'), fc.constantFrom('includes', 'indexOf'), inner)
      .map(([each, name, argument]) => `${each}.${name}(${argument})`),
    fc.tuple(holder, inner).map(([each, key]) => `${each}[${key}]`),
    fc.tuple(holder, word).map(([each, name]) => `${each}.${name}`),
  );
  const rare = fc.oneof(
    fc.tuple(inner, inner).map(([each, key]) => `(${each})[${key}]`),
    fc.tuple(inner, word).map(([each, name]) => `(${each}).${name}`),
    fc.tuple(inner, fc.constantFrom('trim', 'toLowerCase')).map(([each, name]) => `(${each}).${name}()`),
    fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.oneof(word, fc.constantFrom('"x y"', '1', '0x10', '1.50')), inner), { maxLength: 3 })
      .map((entries) => `({${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}})`),
  );
  const [depthSize, maxDepth] = ['small', 4] as const;
  return {
    expression: fc.oneof(
      { maxDepth, depthSize },
      { arbitrary: leaf, weight: 4 },
      { arbitrary: plain, weight: 10 },
      { arbitrary: rare, weight: 1 },
    ),
  };
});

const local = fc.constantFrom('x', 'y', 'r');
const { statement } = fc.letrec<{ statement: string }>((tie) => {
  const inner = tie('statement');
  const list = fc.array(inner, { maxLength: 3 }).map((statements) => statements.join(' '));
  return {
    statement: fc.oneof(
      { maxDepth: 3 },
      expression.map((each) => `(${each});`),
      fc
        .tuple(fc.constantFrom('var', 'let', 'const'), local, leaf)
        .map(([kind, name, each]) => `${kind} ${name} = ${each};`),
      fc.tuple(local, fc.constantFrom('=', '+=', '-=', '*='), leaf).map((parts) => `${parts.join(' ')};`),
      fc.constantFrom('x;', 'y\n', ';', '{}', 'x + y\n', 'e();', '// note\n', '/* note */'),
      fc.tuple(expression, inner).map(([test, then]) => `if (${test}) ${then}`),
      fc.tuple(leaf, list, list).map(([test, then, otherwise]) => `if (${test}) {${then}} else {${otherwise}}`),
      list.map((body) => `{${body}}`),
      fc.tuple(list, expression).map(([body, each]) => `(function(){${body} return ${each} })();`),
      fc.tuple(list, leaf).map(([body, each]) => `function e(){${body} return ${each} }`),
      fc.tuple(list, expression).map(([body, each]) => `(() => {${body} if (${each}) { return ${each} } })()\n`),
    ),
  };
});

/** The usual idiom: a function that is called at once and decides by `if`. */
const idiom = fc
  .array(fc.tuple(expression, expression), { minLength: 1, maxLength: 3 })
  .chain((cases) => fc.tuple(fc.constant(cases), expression))
  .map(([cases, last]) => {
    const branches = cases.map(([test, result]) => `if (${test}) { return ${result}; }`);
    return `(function () { ${branches.join(' else ')} return ${last}; })()`;
  });

const tokens =
  "$ . n s [ ] ( ) { } ; , : ? + - * / % ! = == === < > && || ?? ?. => 1 .5 'a' var let const x if else return function true null typeof \n";
/** Hardly ever a script, so that both must refuse the same ones. */
const heap = fc
  .array(fc.constantFrom(...tokens.split(' ')), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(' '));

export const generatedScript: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: expression, weight: 5 },
  { arbitrary: idiom, weight: 2 },
  { arbitrary: heap, weight: 1 },
  {
    arbitrary: fc.array(statement, { minLength: 1, maxLength: 4 }).map((statements) => statements.join('\n')),
    weight: 2,
  },
);
