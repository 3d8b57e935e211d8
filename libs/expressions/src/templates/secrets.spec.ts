import { askedNames } from './asked.js';
import { resolve } from './evaluate-template.js';
import { secretNamesIn, withSecrets } from './secrets.js';

const secrets: Readonly<Record<string, string>> = {
  TOKEN: 's3cret',
  JSON_TEXT: '{"user":{"name":"ada"},"list":[1]}',
  'a-b': 'dash',
};
const secretOf = (name: string): string | undefined => (Object.hasOwn(secrets, name) ? secrets[name] : undefined);
const everything = (): boolean => true;

describe('A30 secrets at hand-out', () => {
  it.each<[stored: unknown, handedOut: unknown]>([
    ['${workflow.secrets.TOKEN}', 's3cret'],
    ['${ workflow.secrets.TOKEN }', 's3cret'],
    ['${workflow.secrets.a-b}', 'dash'],
    ['${workflow.secrets.JSON_TEXT.user.name}', 'ada'],
    ['${workflow.secrets.JSON_TEXT.user}', { name: 'ada' }],
    ['${workflow.secrets.JSON_TEXT.list[0]}', 1],
    ['${workflow.secrets.MISSING}', null],
    ['${workflow.secrets.TOKEN.inside}', null],
    ['${workflow.secrets.toString}', null],
    ['Bearer ${workflow.secrets.TOKEN}', 'Bearer s3cret'],
    ['${workflow.secrets.TOKEN}${workflow.secrets.TOKEN}', 's3crets3cret'],
    ['<${workflow.secrets.MISSING}>', '<>'],
    ['<${workflow.secrets.JSON_TEXT.none}>', '<>'],
    ['u=${workflow.secrets.JSON_TEXT.user}', 'u={name=ada}'],
    [
      { a: [{ b: '${workflow.secrets.TOKEN}' }], c: 1 },
      { a: [{ b: 's3cret' }], c: 1 },
    ],
    // What is not a reference stays as it is, byte for byte.
    ['$${workflow.secrets.TOKEN}', '$${workflow.secrets.TOKEN}'],
    ['${workflow.secrets.TOKEN', '${workflow.secrets.TOKEN'],
    ['${workflow.input.x} $${y}', '${workflow.input.x} $${y}'],
    ['workflow.secrets.TOKEN', 'workflow.secrets.TOKEN'],
    [{ '${workflow.secrets.TOKEN}': 1 }, { '${workflow.secrets.TOKEN}': 1 }],
  ])('%j', (stored, handedOut) => {
    expect(withSecrets(stored, secretOf, everything)).toEqual(handedOut);
  });

  it('C4 a secret is not looked at again', () => {
    const tricky = (name: string): string | undefined => (name === 'A' ? '${workflow.secrets.TOKEN}' : secretOf(name));
    expect(withSecrets('${workflow.secrets.A} ${workflow.secrets.A}', tricky, everything)).toBe(
      '${workflow.secrets.TOKEN} ${workflow.secrets.TOKEN}',
    );
  });

  it('leaves what may not be used as text', () => {
    const mayUse = (name: string): boolean => name === 'a-b';
    expect(withSecrets('${workflow.secrets.TOKEN} ${workflow.secrets.a-b}', secretOf, mayUse)).toBe(
      '${workflow.secrets.TOKEN} dash',
    );
    expect(withSecrets('${workflow.secrets.TOKEN}', secretOf, mayUse)).toBe('${workflow.secrets.TOKEN}');
  });

  it('shares what has none', () => {
    const value = { a: { b: 'x' }, c: '${workflow.secrets.TOKEN}' };
    expect((withSecrets(value, secretOf, everything) as typeof value).a).toBe(value.a);
    expect(withSecrets(value.a, secretOf, everything)).toBe(value.a);
  });

  it('finds the names', () => {
    expect([
      ...secretNamesIn({ a: ['x ${workflow.secrets.A.b}', '${workflow.secrets.C}'], d: '$${workflow.secrets.D}' }),
    ]).toEqual(['A', 'C']);
  });

  it('is linear on texts that were made to be slow', () => {
    const hostile = [
      '${ '.repeat(100_000),
      '${workflow.secrets.A.'.repeat(20_000),
      `\${workflow.secrets.A${' '.repeat(300_000)}`,
    ];
    for (const text of hostile) {
      const begun = performance.now();
      expect(withSecrets(text, secretOf, everything)).toBe(text);
      expect(performance.now() - begun).toBeLessThan(300);
    }
  });
});

describe('A30 secrets while something is decided', () => {
  /** A scope that has what no scope of the engine has. */
  const scope = {
    root: (name: string) =>
      name === 'workflow' ? { input: { n: 'TOKEN' } } : name === 'a' ? { output: { list: [1] } } : undefined,
  };
  it.each<[template: unknown, value: unknown]>([
    ['${workflow.secrets.TOKEN}', '${workflow.secrets.TOKEN}'],
    ['x ${workflow.secrets.TOKEN.a} y', 'x ${workflow.secrets.TOKEN.a} y'],
    [{ a: [{ b: 'x-${workflow.secrets.TOKEN}' }] }, { a: [{ b: 'x-${workflow.secrets.TOKEN}' }] }],
    ['${workflow.secrets.${workflow.input.n}}', '${workflow.secrets.TOKEN}'],
    ['${a.output.list[${workflow.secrets.TOKEN}]}', null],
    ["${workflow['secrets'].TOKEN}", null],
    ['${$.workflow.secrets.TOKEN}', null],
  ])('%j stays %j', (template, value) => {
    expect(resolve(template, scope)).toEqual(value);
  });
});

describe('names that templates ask for', () => {
  it('are found at every depth, and nested in one another', () => {
    const asked = askedNames({
      a: ['${workflow.env.REGION}', 'x ${workflow.env.CONFIG.db.url} ${workflow.secrets.KEY}'],
      b: '${a.output[${workflow.env.INDEX}]}',
      c: { d: '${ HOME } ${task_ref} ${task.output.x} $${workflow.env.ESCAPED}' },
      e: '${workflow.secrets.DOC[${x.output.i}]} ${workflow.input.env}',
    });
    expect([...asked.environment].toSorted()).toEqual(['CONFIG', 'INDEX', 'REGION']);
    expect([...asked.secrets].toSorted()).toEqual(['DOC', 'KEY']);
    expect([...asked.bare].toSorted()).toEqual(['HOME', 'task_ref']);
    expect(asked).toMatchObject({ anyEnvironment: false, anySecret: false });
  });

  it('may be decided by other expressions', () => {
    expect(askedNames('${workflow.env.${workflow.input.n}}')).toMatchObject({ anyEnvironment: true });
    expect(askedNames('${workflow.secrets.${workflow.input.n}}')).toMatchObject({ anySecret: true });
  });
});
