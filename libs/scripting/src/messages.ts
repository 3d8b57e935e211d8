/** Texts of outcomes. Conductor's where the contract (6.17) has them, the rest is ours. */
import { limits } from './limits.js';

/** Conductor measures seconds, we measure work: the text is the same. */
export const fuelMessage = 'Script not evaluated within 4 seconds, interrupted.';
export const memoryMessage = `Script needs more than ${(limits.scriptMemoryPages * 65_536) / 1_048_576} MB of memory, interrupted.`;
export const resultSizeMessage = `The result of the script is larger than ${limits.resultBytes} bytes. Return less.`;
export const sourceSizeMessage = `The script is larger than ${limits.sourceBytes} bytes. Move a part of it into a worker.`;
export const inputSizeMessage = `The input of the script is larger than ${limits.inputBytes} bytes. Hand in less.`;
export const sourceTextMessage = scriptErrorMessage('The script is not valid Unicode');
export const pendingMessage = scriptErrorMessage('The result is a promise that is never settled');

/** Line numbers are known of errors with a stack only; a thrown text has none. */
export function scriptErrorMessage(message: string, line?: number): string {
  return `Error evaluating the script \`${message}\`${line === undefined ? '' : ` at line ${line}`}`;
}

export function faultMessage(reason: string): string {
  return `The script sandbox failed: ${reason}`;
}
