import { parseStartRequest } from './start-request.js';

describe('parseStartRequest', () => {
  it('takes what it knows and nothing else', () => {
    const value = {
      name: 'order',
      version: 2,
      correlationId: 'c',
      input: { a: null },
      taskToDomain: { pay: 'blue' },
      priority: 99,
      idempotencyKey: 'k',
      idempotencyStrategy: 'FAIL',
      createdBy: 'me',
      parent: { workflowId: 'x', taskId: 'y' },
      event: 'e',
    };
    expect(parseStartRequest(value)).toEqual({
      name: 'order',
      version: 2,
      correlationId: 'c',
      input: { a: null },
      taskToDomain: { pay: 'blue' },
      priority: 99,
      idempotency: { key: 'k', strategy: 'FAIL' },
    });
  });

  it('takes a name alone', () => {
    expect(parseStartRequest({ name: 'order' })).toEqual({ name: 'order', input: {} });
  });

  it('reads null as absent, but for the input', () => {
    expect(parseStartRequest({ name: 'order', version: null, priority: null, workflowDef: null })).toEqual({
      name: 'order',
      input: {},
    });
    expect(() => parseStartRequest({ name: 'order', input: null })).toThrow('NULL input passed when starting workflow');
  });

  it('tells the place of a fault in an inline definition', () => {
    try {
      parseStartRequest({ name: 'x', workflowDef: { name: 'x', tasks: [{ name: 'a' }] } });
      expect(true).toBe(false);
    } catch (error) {
      expect(error).toMatchObject({ violations: [{ path: 'workflowDef.tasks[0].taskReferenceName' }] });
    }
  });

  it.each([
    [-1, 'priority: -1 should be minimum 0'],
    [100, 'priority: 100 should be maximum 99'],
  ])('refuses priority %d with Conductor’s words', (priority, message) => {
    try {
      parseStartRequest({ name: 'x', priority });
      expect(true).toBe(false);
    } catch (error) {
      expect(error).toMatchObject({ violations: [{ path: 'priority', message, invalidValue: String(priority) }] });
    }
  });
});
