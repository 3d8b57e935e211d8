/** The project's own transformer, but for one file, whose source is another: `DACAPO_PLANTED` says which mistake is in it. */
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { env } from 'node:process';

import { faults } from './faults.mjs';

const swc = createRequire(import.meta.url)('@swc/jest');
const fault = faults.find(({ id }) => id === env.DACAPO_PLANTED);

function createTransformer(options) {
  const inner = swc.createTransformer(options);
  const planted = (source, path, { config }) => {
    if (fault === undefined || relative(config.rootDir, path) !== fault.file) return source;
    if (source.split(fault.find).length !== 2)
      throw new Error(`${fault.id}: the text does not stand once in ${fault.file}`);
    return source.replace(fault.find, () => fault.replace);
  };
  return {
    ...inner,
    process: (source, path, jest) => inner.process(planted(source, path, jest), path, jest),
    processAsync: (source, path, jest) => inner.processAsync(planted(source, path, jest), path, jest),
    getCacheKey: (source, path, jest) => `${inner.getCacheKey(planted(source, path, jest), path, jest)}${fault?.id}`,
  };
}

// oxlint-disable-next-line import/no-default-export -- jest takes no other
export default { createTransformer };
