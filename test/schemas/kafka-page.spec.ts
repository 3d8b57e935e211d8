/** docs/kafka.md shows the programs of test/clients/python-kafka, which a test runs on real servers, as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');

describe('docs/kafka.md', () => {
  it.each(['start.py', 'worker.py', 'follow.py'])('shows %s as it is', (name) => {
    expect(read('docs', 'kafka.md')).toContain(`\`\`\`python\n${read('test/clients/python-kafka', name)}\`\`\``);
  });
});
