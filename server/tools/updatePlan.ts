// The tool `update_plan`: the agent's plan, shown to the user.
import * as z from 'zod';
import type { Tool, ToolSpec } from '../core/turn/tool.ts';
import { lazy } from '../protocol/define.ts';
import type { TurnPlanStep } from '../protocol/schema/turn.ts';
import { parseArguments } from './commandArguments.ts';

const SPEC: ToolSpec = {
  type: 'function',
  name: 'update_plan',
  description:
    'Shows the user your plan: a few short steps, at most one of them in progress. Each call replaces the whole plan.',
  parameters: {
    type: 'object',
    properties: {
      explanation: { type: 'string', description: 'One sentence on why the plan changed.' },
      plan: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            step: { type: 'string' },
            status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
          },
          required: ['step', 'status'],
          additionalProperties: false,
        },
      },
    },
    required: ['plan'],
    additionalProperties: false,
  },
};

const Arguments = lazy(() =>
  z.object({
    explanation: z.string().optional(),
    plan: z.array(
      z.object({
        step: z.string().min(1),
        status: z
          .enum(['pending', 'in_progress', 'inProgress', 'completed'])
          .transform((status): TurnPlanStep['status'] => (status === 'in_progress' ? 'inProgress' : status)),
      }),
    ),
  }),
);

export const updatePlanTool: Tool = {
  spec: SPEC,
  run: async (call, context) => {
    const parsed = parseArguments(Arguments, SPEC.name, call.input);
    if (parsed.type === 'wrong') return { output: parsed.message };
    const { explanation = null, plan } = parsed.value;
    if (plan.filter((step) => step.status === 'inProgress').length > 1) {
      return { output: 'The plan was not changed: at most one step can be in progress.' };
    }
    const { threadId, turnId } = context;
    context.record({ method: 'turn/plan/updated', params: { threadId, turnId, explanation, plan } });
    return { output: 'Plan updated.' };
  },
};
