import {
  compileTemplate,
  type ExpressionError,
  evaluateTemplate,
  isValidPath,
  resolve,
  rootsOf,
  type Scope,
} from '../index.js';

const workflow = {
  input: {
    name: 'Ada',
    count: 3,
    price: 1.5,
    yes: true,
    nothing: null,
    map: { a: 1, b: { c: [1, 'x', null] } },
    list: [10, 20, 30],
    text: '${workflow.input.name}',
    'dotted.key': 'dotted',
    "it's": 'quoted',
    'my-key': 'dashed',
    items: [
      { n: '{', id: 1, price: 5, tags: ['a'] },
      { n: 'b', id: 2, price: 15, tags: ['b', 'c'] },
    ],
    key: 'id',
    index: 1,
    awkward: "it's",
  },
  variables: { v: 1 },
  env: { PLAIN: 'text', JSON_TEXT: '{"a":{"b":7}}' },
  secrets: { TOKEN: 'hidden' },
};
const roots: Readonly<Record<string, unknown>> = {
  workflow,
  a: { output: { k: 'v', list: [1, 2] } },
  'my-task': { output: 1 },
};
const scope: Scope = { root: (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined) };
const inTask: Scope = { root: (name) => (name === 'CPEWF_TASK_ID' ? 'task-7' : scope.root(name)) };

describe('a whole expression keeps its type', () => {
  it.each([
    ['${workflow.input.name}', 'Ada'],
    ['${workflow.input.count}', 3],
    ['${workflow.input.yes}', true],
    ['${workflow.input.nothing}', null],
    ['${workflow.input.map}', workflow.input.map],
    ['${workflow.input.list[1]}', 20],
    ['${workflow.input.list[-1]}', 30],
    ["${workflow.input['dotted.key']}", 'dotted'],
    ['${workflow.input["it\'s"]}', 'quoted'],
    ["${workflow.input['it\\'s']}", 'quoted'],
    ['${workflow.input.my-key}', 'dashed'],
    ['${my-task.output}', 1],
    ['${$.workflow.input.name}', 'Ada'],
    ["${['workflow'].input.name}", 'Ada'],
    ['${ workflow.input.name }', 'Ada'],
    ['${workflow.variables}', { v: 1 }],
    ['${workflow.env.PLAIN}', 'text'],
    ['${workflow.env.JSON_TEXT}', '{"a":{"b":7}}'],
    ['${workflow.env.JSON_TEXT.a.b}', 7],
    ['${workflow.env.PLAIN.a}', null],
    ['${workflow.env.MISSING}', null],
  ])('%s', (text, value) => expect(resolve(text, scope)).toEqual(value));

  it('shares the value instead of copying it', () => {
    expect(resolve('${workflow.input.map}', scope)).toBe(workflow.input.map);
  });
});

describe('missing, indefinite and invalid paths', () => {
  it.each([
    ['${workflow.input.missing}', null],
    ['${unknown.output.x}', null],
    ['${workflow.input.list[9]}', null],
    ['${workflow.input.list[-9]}', null],
    ['${workflow.input.list[1000000000]}', null],
    ['${workflow.input.list.length}', null],
    ['${workflow.input.list.0}', null],
    ['${workflow.input.name[0]}', null],
    ['${workflow.input.missing[*]}', []],
    ['${workflow.input.missing..x}', []],
    ['${workflow.input.items[?(@.id == 9)]}', []],
    ['${workflow.input.list[5:9]}', []],
    ['${unknown[*]}', []],
    ['${*.output}', []],
    ['${workflow..}', null],
    ['${workflow.}', null],
    ['${.workflow}', []],
    ['${..workflow}', null],
    ['${workflow.input name}', null],
    ['${workflow.input[}', null],
    ['${workflow.input[?(]}', null],
    ['${workflow.input.list.unknown()}', null],
    ['${$}', null],
  ])('%s', (text, value) => expect(resolve(text, scope)).toEqual(value));
});

describe('Jayway paths', () => {
  const [first, second] = workflow.input.items;
  it.each([
    ['${workflow.input.items[*].id}', [1, 2]],
    ['${workflow.input.items..id}', [1, 2]],
    ['${workflow.input.items[?(@.price > 10)]}', [second]],
    ["${workflow.input.items[?(@.n == '{')].id}", [1]],
    ["${workflow.input.items[?(@.n == '}' || @.id == 2)].id}", [2]],
    ['${workflow.input.items[?(@.id == $.workflow.input.index)]}', [first]],
    ['${workflow.input.items[?(@.missing)]}', []],
    ['${workflow.input.items[?(!@.missing)].id}', [1, 2]],
    ['${workflow.input..[?(@.price)].id}', [1, 2]],
    ["${workflow.input.items[?match(@.n, '[a-c]')].id}", [2]],
    ["${workflow.input.items[?search(@.n, '^b')].id}", [2]],
    ["${workflow.input.items[?search(@.n, '(')].id}", []],
    ['${workflow.input.items[?length(@.tags) == 2].id}', [2]],
    ['${workflow.input.items[?count(@.tags[*]) == 1].id}', [1]],
    ['${workflow.input.items[?@.tags == $.workflow.input.items[0].tags].id}', [1]],
    ['${workflow.input.list[0:2]}', [10, 20]],
    ['${workflow.input.list[::-1]}', [30, 20, 10]],
    ['${workflow.input.list[-2:]}', [20, 30]],
    ['${workflow.input.list[0,2]}', [10, 30]],
    ["${workflow.input['name','count','missing']}", { name: 'Ada', count: 3 }],
    ['${workflow.input.map[*]}', [1, workflow.input.map.b]],
    ['${workflow.input.map[?(@.a == 1)]}', [workflow.input.map]],
    ['${workflow.input.my-key[*]}', []],
  ])('%s', (text, value) => expect(resolve(text, scope)).toEqual(value));

  it.each([
    ['${workflow.input.list.length()}', 3],
    ['${workflow.input.list.size()}', 3],
    ['${workflow.input.map.length()}', 2],
    ['${workflow.input.name.length()}', null],
    ['${workflow.input.missing.length()}', null],
    ['${workflow.input.list.sum()}', 60],
    ['${workflow.input.list.avg()}', 20],
    ['${workflow.input.list.min()}', 10],
    ['${workflow.input.list.max()}', 30],
    ['${workflow.input.list.first()}', 10],
    ['${workflow.input.list.last()}', 30],
    ['${workflow.input.map.keys()}', ['a', 'b']],
    ['${workflow.input.items[*].price.sum()}', 20],
    ['${workflow.input.items..price.max()}', 15],
    ['${workflow.input.map.sum()}', null],
    ['${workflow.input.list.length().x}', null],
  ])('%s', (text, value) => expect(resolve(text, scope)).toEqual(value));
});

describe('an expression within text', () => {
  it.each([
    ['Hello ${workflow.input.name}!', 'Hello Ada!'],
    ['${workflow.input.count}${workflow.input.price}${workflow.input.yes}', '31.5true'],
    ['n=${workflow.input.nothing} m=${workflow.input.missing}', 'n=null m=null'],
    ['${workflow.input.map} ', '{a=1, b={c=[1, x, null]}} '],
    [' ${workflow.input.list}', ' [10, 20, 30]'],
    ['a${}b${ }c', 'abc'],
  ])('%s', (text, value) => expect(resolve(text, scope)).toBe(value));
});

describe('nesting, escape, blank and unclosed', () => {
  it.each([
    ['${workflow.input.items[${workflow.input.index}].id}', 2],
    ['${workflow.input.items[0].${workflow.input.key}}', 1],
    ["${workflow.input['${workflow.input.awkward}']}", 'quoted'],
    ['${${a.output.k}.x}', null],
    ['$${workflow.input.name}', '${workflow.input.name}'],
    ['$$${workflow.input.name}', '$${workflow.input.name}'],
    ['a $${x} ${workflow.input.name}', 'a ${x} Ada'],
    ['${}', ''],
    ['${  }', ''],
    ['${workflow.input.name', '${workflow.input.name'],
    ['${x ${workflow.input.name}', '${x Ada'],
    ['$', '$'],
    ['${', '${'],
    ['$${', '${'],
    ['}${workflow.input.name}{', '}Ada{'],
    ["${a['} ${workflow.input.name}", "${a['} Ada"],
  ])('%s', (text, value) => expect(resolve(text, scope)).toBe(value));

  it.each([
    [
      { a: '$${x}', b: 1 },
      { a: '${x}', b: 1 },
    ],
    [
      ['$${x}', { c: '${}' }],
      ['${x}', { c: '' }],
    ],
    [{ a: ['${}'] }, { a: [''] }],
  ])('holds where nothing else is to be resolved: %j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it('shares what is as it was written', () => {
    const value = { a: ['b', { c: 1 }] };
    expect(resolve(value, scope)).toBe(value);
  });

  it('goes into maps and lists and leaves keys alone', () => {
    const value = {
      '${workflow.input.name}': ['${workflow.input.count}', { x: 'n ${workflow.input.count}' }],
      same: 1,
    };
    expect(resolve(value, scope)).toEqual({ '${workflow.input.name}': [3, { x: 'n 3' }], same: 1 });
  });

  it('never resolves a result again', () => {
    expect(resolve('${workflow.input.text}', scope)).toBe('${workflow.input.name}');
    expect(resolve('<${workflow.input.text}>', scope)).toBe('<${workflow.input.name}>');
    expect(resolve('${a.output[${workflow.input.text}]}', scope)).toBeNull();
  });

  it('gives constants back as they are', () => {
    const value = { a: [1, 'x', { b: null }] };
    expect(resolve(value, scope)).toBe(value);
    expect(compileTemplate(value)).toEqual({ kind: 'constant', value });
  });
});

describe('names that are no data', () => {
  it.each([
    '${workflow.secrets.TOKEN}',
    'x ${workflow.secrets.TOKEN.a}',
    '${NETFLIX_ENV}',
    '${NETFLIX_STACK}',
    '${CPEWF_TASK_ID}',
    'x ${CPEWF_TASK_ID}',
  ])('%s stays', (text) => expect(resolve(text, scope)).toBe(text));

  it('knows the task where the scope does', () => {
    expect(resolve('${CPEWF_TASK_ID}', inTask)).toBe('task-7');
    expect(resolve('id ${CPEWF_TASK_ID}', inTask)).toBe('id task-7');
  });

  it.each(['${PATH}', '${HOME}', '${java.home}'])('%s is not looked up in the environment', (text) =>
    expect(resolve(text, scope)).toBeNull(),
  );

  it.each([
    '${constructor.constructor}',
    '${__proto__.polluted}',
    '${workflow.constructor}',
    '${workflow.input.__proto__}',
    "${workflow['__proto__'].toString}",
    '${workflow.input.list.constructor}',
    '${workflow.input.name.constructor.constructor}',
    '${workflow.toString}',
  ])('%s reaches no prototype', (text) => expect(resolve(text, scope)).toBeNull());

  it('makes __proto__ in a template a member of its own', () => {
    const value = resolve(JSON.parse('{"__proto__":{"x":"${workflow.input.count}"}}'), scope) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
  });
});

/** `structuredClone` itself overflows at this depth. */
const structuredCloneOf = (deep: unknown): unknown => {
  let copy: unknown = '${a}';
  for (let level: unknown = deep; Array.isArray(level); level = level[0]) copy = [copy];
  return copy;
};

describe('limits', () => {
  const codeOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as ExpressionError).code;
    }
    return 'none';
  };
  const nestedTo = (depth: number) => '${a['.repeat(depth) + ']}'.repeat(depth);

  it('nests 32 deep and not 33', () => {
    expect(codeOf(() => resolve(nestedTo(31), scope))).toBe('none');
    expect(codeOf(() => resolve(nestedTo(32), scope))).toBe('none');
    expect(codeOf(() => resolve(nestedTo(33), scope))).toBe('EXPRESSION_TOO_DEEP');
  });

  it('takes 1 MB of template and not one character more', () => {
    const text = (length: number) => '${a}' + 'x'.repeat(length - 4);
    expect(codeOf(() => compileTemplate(text(1_048_575)))).toBe('none');
    expect(codeOf(() => compileTemplate(text(1_048_576)))).toBe('none');
    expect(codeOf(() => compileTemplate(text(1_048_577)))).toBe('EXPRESSION_TOO_LARGE');
  });

  it('reads 1 MB of unclosed and of closed expressions in linear time', () => {
    expect(codeOf(() => compileTemplate('${'.repeat(500_000)))).toBe('EXPRESSION_TOO_DEEP');
    expect(resolve('${a['.padEnd(1_000_000, '{'), scope)).toHaveLength(1_000_000);
    expect(resolve('${x'.repeat(30) + '}{'.repeat(500_000), scope)).toBeDefined();
    expect(resolve('${a.output.k}'.repeat(80_000), scope)).toBe('v'.repeat(80_000));
  });

  it('refuses a value nested too deep, in a template and in data', () => {
    const deep = JSON.parse('['.repeat(5_000) + '"${a}"' + ']'.repeat(5_000)) as unknown;
    const data: Scope = { root: () => deep };
    expect(codeOf(() => compileTemplate(deep))).toBe('EXPRESSION_TOO_DEEP');
    expect(codeOf(() => resolve('x${a}', data))).toBe('EXPRESSION_TOO_DEEP');
    expect(codeOf(() => resolve('${a}', data))).toBe('EXPRESSION_TOO_DEEP');
    expect(codeOf(() => resolve('${a..x}', data))).toBe('none');
    expect(codeOf(() => rootsOf(deep))).toBe('EXPRESSION_TOO_DEEP');
    const twins: Scope = { root: () => ({ list: [{ x: deep }], y: structuredCloneOf(deep) }) };
    expect(codeOf(() => resolve('${a.list[?(@.x == $.a.y)]}', twins))).toBe('EXPRESSION_TOO_DEEP');
  });

  it('refuses a result of more than 5 MB', () => {
    const big: Scope = { root: () => 'x'.repeat(1_048_576) };
    expect(codeOf(() => resolve('${a}'.repeat(5), big))).toBe('none');
    expect(codeOf(() => resolve('${a}'.repeat(6), big))).toBe('EXPRESSION_TOO_LARGE');
    expect(codeOf(() => resolve(['${a}', '${a}', '${a}', '${a}', '${a}'], big))).toBe('EXPRESSION_TOO_LARGE');
  });

  it('bounds what a path may look at', () => {
    const list = Array.from({ length: 400_000 }, (_, id) => ({ id }));
    const big: Scope = { root: () => ({ list }) };
    expect(resolve('${a..missing}', { root: () => ({ list: list.slice(0, 100_000) }) })).toEqual([]);
    expect(codeOf(() => resolve('${a..missing}', { root: () => [list, list] }))).toBe('EXPRESSION_TOO_EXPENSIVE');
    expect(codeOf(() => resolve('${a.list[?($.a..x)]}', big))).toBe('EXPRESSION_TOO_EXPENSIVE');
    expect(codeOf(() => resolve("${a.list[?match('" + 'a'.repeat(2_000) + "', '(a+)+$')]}", big))).toBe(
      'EXPRESSION_TOO_EXPENSIVE',
    );
  });

  it('bounds what patterns cost', () => {
    const evil: Scope = { root: () => ['a'.repeat(100_000) + 'b'] };
    expect(resolve("${a[?search(@, '(a+)+$')]}", evil)).toEqual([]);
    const many: Scope = { root: () => Array.from({ length: 100 }, (_, index) => `[\\pL\\pN]{900}${index}`) };
    expect(codeOf(() => resolve("${a[?search('x', @)]}", many))).toBe('EXPRESSION_TOO_EXPENSIVE');
    const random: Scope = { root: () => ['abba'.repeat(5_000)] };
    expect(codeOf(() => resolve("${a[?match(@, '(a|b)*a(a|b){500}')]}", random))).toBe('EXPRESSION_TOO_EXPENSIVE');
  });

  it('searches 10 MB with .. in bounded steps', () => {
    const list = Array.from({ length: 100_000 }, (_, id) => ({ id, text: 'x'.repeat(90) }));
    expect(resolve('${a..[?(@.id == 7)].id}', { root: () => ({ list }) })).toEqual([7]);
  });

  it('ignores patterns of more than 1000 characters', () => {
    const matched = (length: number) => {
      const pattern = 'a'.repeat(length);
      const data: Scope = { root: () => ({ list: [pattern], pattern }) };
      return resolve('${a.list[?match(@, $.a.pattern)]}', data) as unknown[];
    };
    expect([matched(999).length, matched(1_000).length, matched(1_001).length]).toEqual([1, 1, 0]);
  });

  it('refuses long paths that are not plain chains, and paths with many brackets', () => {
    expect(codeOf(() => resolve('${a[*]' + '.b'.repeat(3_000) + '}', scope))).toBe('EXPRESSION_TOO_LARGE');
    expect(resolve('${a' + '.b'.repeat(3_000) + '}', scope)).toBeNull();
    expect(resolve('${a[?' + '('.repeat(1_000) + '@.x' + ')'.repeat(1_000) + ']}', scope)).toBeNull();
    expect(resolve('${a[?' + '!'.repeat(4_000) + '@.x]}', scope)).toBeNull();
    expect(resolve('${a[?@.k' + ' && @.k'.repeat(570) + ']}', scope)).toEqual([]);
    expect(resolve('${a.*[?@.k' + ' && @.k'.repeat(570) + ']}', { root: () => ({ b: { k: 1 } }) })).toEqual([{ k: 1 }]);
    expect(isValidPath('a[*]' + '.b'.repeat(3_000))).toBe(false);
  });
});

describe('rootsOf', () => {
  it('lists every expression with its root', () => {
    const value = {
      a: 'x ${t1.output.x} ${workflow.input}',
      b: ["${t2['output'][*]}", '${CPEWF_TASK_ID}', '${}', '$${t9.x}'],
    };
    expect(rootsOf(value)).toEqual([
      { path: 't1.output.x', root: 't1' },
      { path: 'workflow.input', root: 'workflow' },
      { path: "t2['output'][*]", root: 't2' },
    ]);
  });

  it('lists nested ones after the one they stand in', () => {
    expect(rootsOf('${a.output[${b.output.k}]} ${${c.x}.y}')).toEqual([
      { path: 'a.output[${b.output.k}]', root: 'a' },
      { path: 'b.output.k', root: 'b' },
      { path: '${c.x}.y', root: '' },
      { path: 'c.x', root: 'c' },
    ]);
  });
});

describe('isValidPath', () => {
  it.each([
    'workflow.input.x',
    "a['b c'][0]",
    'a[?(@.x > 1)].y',
    'a..b',
    'a.list.length()',
    'a[${b.c}]',
    'my-task.output',
  ])('%s is valid', (path) => expect(isValidPath(path)).toBe(true));

  it.each(['', 'a b', 'a.', 'a[', 'a[?(]', 'a[x]', 'a.foo()'])('%s is not', (path) =>
    expect(isValidPath(path)).toBe(false),
  );
});

describe('evaluateTemplate', () => {
  it('may be repeated', () => {
    const template = compileTemplate({ x: '${a.output.k}', y: '${a.output.list[*]}' });
    expect(evaluateTemplate(template, scope)).toEqual(evaluateTemplate(template, scope));
  });
});
