import { schemaIdOf, unframed } from './framing.js';

const json = Buffer.from('{"type":"X"}');
const framed = Buffer.concat([Buffer.from([0, 0, 0, 1, 2]), json]);

describe('the frame of a schema registry', () => {
  it('is taken off a value that has one, whatever lies around it in memory', () => {
    const inside = Buffer.concat([Buffer.from([9, 9, 9]), framed]).subarray(3);
    expect(unframed(inside).toString()).toBe('{"type":"X"}');
    expect(schemaIdOf(inside)).toBe(258);
  });

  it('is not looked for in JSON, nor in what is too short for it', () => {
    for (const plain of [json, Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 0, 0, 1]), Buffer.from('12345678')]) {
      expect(unframed(plain)).toBe(plain);
      expect(schemaIdOf(plain)).toBeUndefined();
    }
  });

  it('may be all there is', () => {
    expect(unframed(framed.subarray(0, 5))).toHaveLength(0);
  });
});
