import { outputCacheContract } from '@dacapo/ports-testing';

import { MemoryOutputCache } from './memory-output-cache.js';

outputCacheContract('MemoryOutputCache', () => {
  const cache = Object.assign(new MemoryOutputCache(), { close: () => Promise.resolve() });
  return Promise.resolve({ open: () => Promise.resolve(cache), remove: () => Promise.resolve() });
});
