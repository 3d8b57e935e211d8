/** LAMBDA, the older form of INLINE: the body of a function (contract 6.17). */
import { scriptTask, textOf } from './script-task.js';

export const lambda = scriptTask({
  type: 'LAMBDA',
  onError: 'FAILED',
  settings: ({ node: { task } }) =>
    task.scriptExpression === undefined ? {} : { scriptExpression: task.scriptExpression },
  plan: (input) => {
    const source = textOf(input['scriptExpression']);
    if (source !== '') return { evaluation: { form: 'function-body', source, input } };
    return {
      error: "Empty 'scriptExpression' in Lambda task's input parameters. A non-empty String value must be provided.",
    };
  },
});
