import { createHash } from 'node:crypto';

import { deriveId } from './ids.js';

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
const workflowId = '018bcfe5-6800-7000-8000-0000000000aa';

describe('deriveId', () => {
  it('is a UUID of version 8 that begins with the time of the workflow', () => {
    for (let i = 0; i < 500; i++) {
      expect(deriveId(hash, workflowId, 'x', i)).toMatch(/^018bcfe5-6800-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('is the same for the same parts, and another for others', () => {
    expect(deriveId(hash, workflowId, 0, 'a')).toBe(deriveId(hash, workflowId, 0, 'a'));
    const ids = [['0', 'a'], ['0', 'b'], ['0a'], ['0', 'a', '0'], []].map((parts) =>
      deriveId(hash, workflowId, ...parts),
    );
    expect(new Set(ids).size).toBe(5);
    expect(deriveId(hash, '018bcfe5-6800-7000-8000-0000000000ab', 0, 'a')).not.toBe(deriveId(hash, workflowId, 0, 'a'));
  });

  it('never changes: it is in logs that are kept for ever', () => {
    expect(deriveId(hash, workflowId, 0, 'charge', 0, 0)).toBe('018bcfe5-6800-8946-b957-156b28fcc740');
    expect(deriveId(hash, 'order-1', 0, 'charge', 0, 0)).toBe('07699e4f-ba12-81d6-8d22-681dce277390');
  });

  it('takes workflow ids that are no UUIDs', () => {
    expect(deriveId(hash, 'order 4711', 'x')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('spreads', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => deriveId(hash, workflowId, 'task', i));
    expect(new Set(ids).size).toBe(20_000);
  });
});
