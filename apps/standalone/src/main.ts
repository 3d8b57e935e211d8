import { runApp } from '@dacapo/platform';

// Loaded after the check of Node's version: an older Node cannot even link `node:sqlite`, and would say so less kindly.
runApp(async () => (await import('./standalone.js')).start());
