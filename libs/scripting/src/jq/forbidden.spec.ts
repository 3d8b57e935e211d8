import { forbiddenWord, withPlainLines } from './forbidden.js';

describe('forbidden words of jq', () => {
  it.each([
    ['env', 'env'],
    ['$ENV', '$ENV'],
    ['$ ENV.PATH', '$ENV'],
    ['$#c\nENV', '$ENV'],
    ['$__prog_args', '$__prog_args'],
    ['.a | env.PATH', 'env'],
    ['..env', 'env'],
    ['1env', 'env'],
    ['1e5|env', 'env'],
    ['[inputs]', 'inputs'],
    ['input', 'input'],
    ['input_filename', 'input_filename'],
    ['import "a" as a; .', 'import'],
    ['include "a"; .', 'include'],
    ['"a" | modulemeta', 'modulemeta'],
    ['get_search_list', 'get_search_list'],
    ['a::env', 'a::env'],
    ['"x\\(env)y"', 'env'],
    ['"a\\("b\\(input)")"', 'input'],
    ['@base64 "x\\(env)"', 'env'],
    ['"\\\\\\(env)"', 'env'],
    ['{a: env}', 'env'],
    ['{(env): 1}', 'env'],
    ['[1, env: 2]', 'env'],
    ['.[env:2]', 'env'],
    ['{a: [1, input:2]}', 'input'],
    ['# no\nenv', 'env'],
    ['# no\renv', 'env'],
    ['# "\r\nenv #"', 'env'],
    ['# no \\\nenv', 'a comment that ends with \\'],
    ['def env: 1; env', 'env'],
    ['{env ::a}', 'env'],
  ])('%j: %s', (query, word) => expect(forbiddenWord(withPlainLines(query))).toBe(word));

  it.each([
    '.env',
    '.a.input.inputs',
    '."env"',
    '.["env"]',
    '"env input $ENV"',
    '"\\\\(env)"',
    '{env: 1, input: .b}',
    '{a: {env: 1}, "b": [{inputs : 2}]}',
    '{env}',
    '{a, env, input}',
    '# env',
    '.a as $env | $env',
    '.a as [$input] | {$input}',
    'environment | inputs2',
    '@json',
    '.a // "include" | .[1:2]',
    '"a" as $x | "b\\($x)c" | {import: .}',
  ])('%s is free', (query) => expect(forbiddenWord(query)).toBeUndefined());

  it.each(['"open', '"open \\(', '"\\', ')]}', '{[(', '$', '@', '\u00e9'])('%j does not matter', (query) =>
    expect(forbiddenWord(query)).toBeUndefined(),
  );
});
