import { type Command, commandShapes } from './commands.js';
import { DaCapoError, errorCodes, invariant, isDaCapoError } from './errors.js';
import { eventShapes } from './events.js';
import { decodeCommand, decodeEvent, encodeCommand } from './records.js';

const command: Command = {
  type: 'TerminateWorkflow',
  version: 1,
  id: 'c1',
  workflowId: 'w',
  data: { reason: 'ü' },
  repeatable: true,
};

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return isDaCapoError(error) ? error.code : error;
  }
  return 'nothing';
}

describe('records', () => {
  it('come back as they were', () => {
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
    expect(encodeCommand(decodeCommand(encodeCommand(command)))).toBe(encodeCommand(command));
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '5'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no type', '{"version":1}'],
    ['an unknown type', '{"type":"Nonsense","version":1}'],
    ['the name of an object property', '{"type":"toString","version":1}'],
    ['a newer version', '{"type":"WorkflowPaused","version":2}'],
    ['no version', '{"type":"WorkflowPaused"}'],
    ['a version in text', '{"type":"WorkflowPaused","version":"1"}'],
  ])('I25 are never skipped: %s is an error', (_what, text) => {
    expect(codeOf(() => decodeEvent(text))).toBe('COMMAND_UNREADABLE');
    expect(codeOf(() => decodeCommand(text.replace('WorkflowPaused', 'PauseWorkflow')))).toBe('COMMAND_UNREADABLE');
  });

  it('commands and events are not taken for each other', () => {
    expect(codeOf(() => decodeEvent(encodeCommand(command)))).toBe('COMMAND_UNREADABLE');
    expect(Object.keys(commandShapes).filter((type) => Object.hasOwn(eventShapes, type))).toEqual([]);
  });
});

describe('shapes', () => {
  it.each([...Object.entries(commandShapes), ...Object.entries(eventShapes)])(
    '%s is a closed object whose required fields exist',
    (_type, { schema }) => {
      expect(schema['additionalProperties']).toBe(false);
      expect(Object.keys(schema['properties'] as object)).toEqual(
        expect.arrayContaining(schema['required'] as string[]),
      );
    },
  );

  it('commands are verb and noun, events noun and past verb', () => {
    expect(
      Object.keys(eventShapes).filter(
        (type) => !/(ed|Set)$/.test(type) && !/(Forwarded|TimedOut|Refused|Reran|Taken)$/.test(type),
      ),
    ).toEqual([]);
    expect(Object.keys(commandShapes).filter((type) => /ed$/.test(type) && !type.startsWith('Record'))).toEqual([]);
  });
});

describe('errors', () => {
  it('say whose matter they are', () => {
    const error = new DaCapoError('STORE_UNAVAILABLE', 'away', { cause: 'x' });
    expect([error.kind, error.retryable, error.cause, error.name]).toEqual(['unavailable', true, 'x', 'DaCapoError']);
  });

  it('are known by their mark, not by their class', () => {
    expect(isDaCapoError(Object.assign(new Error('copy'), { [Symbol.for('dacapo.error')]: true }))).toBe(true);
    for (const value of [new Error('x'), null, undefined, 'x', {}]) expect(isDaCapoError(value)).toBe(false);
  });

  it('only what is unavailable is worth another try', () => {
    for (const { kind, retryable } of Object.values(errorCodes)) expect(retryable).toBe(kind === 'unavailable');
  });

  it('a broken invariant is a defect of ours', () => {
    expect(codeOf(() => invariant(false, 'I2'))).toBe('INVARIANT_BROKEN');
    expect(codeOf(() => invariant(0, 'I2'))).toBe('INVARIANT_BROKEN');
    expect(codeOf(() => invariant('yes', 'I2'))).toBe('nothing');
  });
});
