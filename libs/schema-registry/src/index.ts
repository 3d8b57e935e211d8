export { type FramingOptions, openFraming } from './framing.js';
export { type Log } from './log.js';
export { type Subject, subjects } from './subjects.js';
