import { armCrashPoints, crashPointNames, reachCrashPoint } from '@dacapo/ports';

import { parseCrashAt } from './crash.js';

describe('parseCrashAt', () => {
  it.each(crashPointNames)('knows %s', (name) => {
    expect(parseCrashAt(`${name}:17`)).toEqual({ name, count: 17 });
  });

  it.each([
    'append:after',
    'append:after:',
    'append:after:0',
    'append:after:-1',
    'append:after:1.5',
    'nowhere:1',
    'x',
    '',
  ])('refuses %j', (text) => {
    expect(() => parseCrashAt(text)).toThrow('No such crash point');
  });
});

describe('reachCrashPoint', () => {
  afterEach(() => armCrashPoints(undefined));

  it('costs nothing while nobody has armed it, and tells whoever has', () => {
    const reached: string[] = [];
    reachCrashPoint('append:before');
    armCrashPoints((name) => reached.push(name));
    reachCrashPoint('append:before');
    armCrashPoints(undefined);
    reachCrashPoint('append:before');
    expect(reached).toEqual(['append:before']);
  });
});
