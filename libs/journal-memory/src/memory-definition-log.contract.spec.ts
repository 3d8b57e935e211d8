import { definitionLogContract } from '@dacapo/ports-testing';
import { MemoryDefinitionLog, MemoryDefinitions } from './memory-definition-log.js';

definitionLogContract('MemoryDefinitionLog', async () => {
  const definitions = new MemoryDefinitions();
  return { open: async () => new MemoryDefinitionLog(definitions), remove: async () => undefined };
});
