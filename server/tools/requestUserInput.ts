// The tool `request_user_input`: in plan mode the agent asks the user one to three questions.
import * as z from 'zod';
import { isPlanning } from '../core/turn/collaboration.ts';
import type { Tool, ToolSpec } from '../core/turn/tool.ts';
import { lazy } from '../protocol/define.ts';
import { parseArguments } from './commandArguments.ts';

const text = (description: string) => ({ type: 'string', description }) as const;

const SPEC: ToolSpec = {
  type: 'function',
  name: 'request_user_input',
  description: 'Asks the user one to three short questions and waits for the answers. Only in plan mode.',
  parameters: {
    type: 'object',
    properties: {
      questions: {
        type: 'array',
        description: 'One if that is enough, three at most.',
        items: {
          type: 'object',
          properties: {
            id: text('Names the answer, in snake_case.'),
            header: text('The subject in at most 12 characters.'),
            question: text('One sentence.'),
            options: {
              type: 'array',
              description:
                'Two or three choices that exclude one another, the one you would take first and marked "(Recommended)". The user can always write something else.',
              items: {
                type: 'object',
                properties: { label: text('One to five words.'), description: text('What it means, in one sentence.') },
                required: ['label', 'description'],
                additionalProperties: false,
              },
            },
          },
          required: ['id', 'header', 'question', 'options'],
          additionalProperties: false,
        },
      },
    },
    required: ['questions'],
    additionalProperties: false,
  },
};

const Arguments = lazy(() =>
  z.object({
    questions: z
      .array(
        z.object({
          id: z.string().min(1),
          header: z.string(),
          question: z.string().min(1),
          options: z.array(z.object({ label: z.string().min(1), description: z.string() })).min(1),
        }),
      )
      .min(1)
      .max(3)
      .refine((questions) => new Set(questions.map(({ id }) => id)).size === questions.length, 'ids must differ'),
  }),
);

export const requestUserInputTool: Tool = {
  spec: SPEC,
  run: async (call, context) => {
    if (!isPlanning(context.settings)) return { output: 'request_user_input is unavailable in Default mode' };
    const parsed = parseArguments(Arguments, SPEC.name, call.input);
    if (parsed.type === 'wrong') return { output: parsed.message };
    const questions = parsed.value.questions.map((question) => ({ ...question, isOther: true, isSecret: false }));
    const answered = await context.askUser(call.callId, questions);
    return { output: JSON.stringify(answered === 'failed' ? { answers: {} } : { answers: answered.answers }) };
  },
};
