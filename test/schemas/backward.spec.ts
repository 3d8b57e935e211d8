/** A program of this version reads what each released one has written, and a schema registry sees it so. */
import { incompatibilities } from './backward.js';
import { compatibleChanges, incompatibleChanges, oldSchema } from './planted-changes.js';
import { currentSchemas, releasedSchemas, writeRelease } from './released.js';

if (process.env['DACAPO_RELEASE_SCHEMAS'] === '1') writeRelease();

describe('the schemas of today', () => {
  const current = currentSchemas();

  it.each([...releasedSchemas()])('take what version %s has written', (_, released) => {
    expect(Object.keys(released).length).toBeGreaterThan(90);
    const gone = Object.keys(released).filter((name) => current[name] === undefined);
    expect(gone).toEqual([]);
    const faults = Object.entries(released).flatMap(([name, schema]) =>
      incompatibilities(schema, current[name] ?? {}, name),
    );
    expect(faults).toEqual([]);
  });

  it('are all of a kind that can be compared', () => {
    const faults = Object.entries(current).flatMap(([name, schema]) => incompatibilities(schema, schema, name));
    expect(faults).toEqual([]);
  });
});

describe('the check for compatibility', () => {
  it.each(Object.entries(compatibleChanges))('lets pass: %s', (_, schema) => {
    expect(incompatibilities(oldSchema, schema)).toEqual([]);
  });

  it.each(Object.entries(incompatibleChanges))('finds: %s', (_, schema) => {
    expect(incompatibilities(oldSchema, schema)).toHaveLength(1);
  });

  it('does not pass what it does not know', () => {
    expect(incompatibilities({ type: 'string' }, { type: 'string', maxLength: 3 })).toEqual([
      '#: maxLength cannot be compared: teach backward.ts',
    ]);
  });
});
