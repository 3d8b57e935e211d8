import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('reads its parts when somebody asks, and names the role', async () => {
    const metrics = new Metrics('engine');
    let commands = 1;
    metrics.add(
      [
        ['dacapo_lane_commands', 'Commands decided'],
        ['dacapo_lane_absent', 'Never read'],
      ],
      () => ({ dacapo_lane_commands: commands }),
    );
    const lines = async (): Promise<string[]> => (await metrics.text()).split('\n');
    expect(await lines()).toEqual(
      expect.arrayContaining([
        '# HELP dacapo_lane_commands Commands decided',
        'dacapo_lane_commands{role="engine"} 1',
        'dacapo_lane_absent{role="engine"} 0',
      ]),
    );
    commands = 2;
    expect(await lines()).toContain('dacapo_lane_commands{role="engine"} 2');
  });

  it('tells of the process too', async () => {
    expect(await new Metrics('gateway').text()).toMatch(/process_resident_memory_bytes\{role="gateway"\} \d+/);
  });

  it('of two roles in one process do not meet', async () => {
    const [a, b] = [new Metrics('a'), new Metrics('b')];
    for (const each of [a, b]) each.add([['dacapo_x', 'X']], () => ({ dacapo_x: each === a ? 1 : 2 }));
    expect(await a.text()).toContain('dacapo_x{role="a"} 1');
    expect(await b.text()).toContain('dacapo_x{role="b"} 2');
  });
});
