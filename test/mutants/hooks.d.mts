import type { Mutant } from './mutants.js';

/** Loads the engine with another text in one of its files, for imports with the query `?mutant=ID`. */
export function plant(mutant: Mutant): void;
