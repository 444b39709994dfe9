// How `exec_command` and `write_stdin` are described to the model.
import type { ToolSpec } from '../core/turn/tool.ts';

const OUTPUT_LIMITS = {
  yield_time_ms: {
    type: 'number',
    description: 'How long to wait for output, in milliseconds (250 to 30000).',
  },
  max_output_tokens: {
    type: 'number',
    description: 'How much output to return, in tokens (at most 10000, the default); the middle is left out.',
  },
};

export const EXEC_COMMAND_SPEC: ToolSpec = {
  type: 'function',
  name: 'exec_command',
  description:
    'Runs a shell script and returns its output. A script that is still running after yield_time_ms goes on in the background: ' +
    'the answer then has a session ID for write_stdin. What a script leaves in the background ends with it: keep a server in the foreground.',
  parameters: {
    type: 'object',
    properties: {
      cmd: { type: 'string', description: 'The script to run.' },
      workdir: { type: 'string', description: "The folder to run it in; the thread's folder unless given." },
      tty: {
        type: 'boolean',
        description:
          'Give the script a terminal and keep its input open for write_stdin. Default false: its input is empty.',
      },
      ...OUTPUT_LIMITS,
      login: { type: 'boolean', description: "Whether to run with the login shell's environment (default true)." },
      shell: { type: 'string', description: "The shell to use, such as bash or zsh; the user's own unless given." },
      sandbox_permissions: {
        type: 'string',
        enum: ['use_default', 'require_escalated'],
        description: 'require_escalated asks the user to let the script run outside of the sandbox.',
      },
      justification: {
        type: 'string',
        description: 'With require_escalated: one sentence for the user on why it is needed.',
      },
      prefix_rule: {
        type: 'array',
        items: { type: 'string' },
        description:
          'With require_escalated: the first words of the command that the user may want to allow from now on.',
      },
    },
    required: ['cmd'],
    additionalProperties: false,
  },
};

export const WRITE_STDIN_SPEC: ToolSpec = {
  type: 'function',
  name: 'write_stdin',
  description: 'Writes to a running exec_command session and returns its new output. Without chars it only looks.',
  parameters: {
    type: 'object',
    properties: {
      session_id: { type: 'number', description: 'The session ID that exec_command returned.' },
      chars: {
        type: 'string',
        description:
          'What to type, newline included; \\u0003 is Ctrl-C. Needs a session that was started with tty: true.',
      },
      ...OUTPUT_LIMITS,
    },
    required: ['session_id'],
    additionalProperties: false,
  },
};
