// What the model may write into `exec_command` and `write_stdin`: parsed at the door, wrong input explained to it.
import * as z from 'zod';
import { lazy, type Infer } from '../protocol/define.ts';

export const ExecArguments = lazy(() =>
  z.object({
    cmd: z.string().regex(/\S/, 'must not be empty'),
    workdir: z.string().optional(),
    yield_time_ms: z.number().optional(),
    max_output_tokens: z.number().optional(),
    tty: z.boolean().optional(),
    login: z.boolean().optional(),
    shell: z.string().optional(),
    sandbox_permissions: z.enum(['use_default', 'require_escalated']).optional(),
    justification: z.string().optional(),
    prefix_rule: z.array(z.string()).optional(),
  }),
);
export type ExecArguments = Infer<typeof ExecArguments>;

export const WriteArguments = lazy(() =>
  z.object({
    session_id: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    chars: z.string().optional(),
    yield_time_ms: z.number().optional(),
    max_output_tokens: z.number().optional(),
  }),
);
export type WriteArguments = Infer<typeof WriteArguments>;

export type Parsed<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'wrong'; readonly message: string };

/** The arguments of a call, or what is wrong with them in words for the model. Models write `null` for what they leave out. */
export function parseArguments<T>(schema: () => z.ZodType<T>, tool: string, input: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(input);
  } catch (error) {
    return wrong(
      `The arguments of ${tool} are not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const result = schema().safeParse(withoutNulls(json), { jitless: true });
  return result.success
    ? { type: 'ok', value: result.data }
    : wrong(`The arguments of ${tool} are wrong, nothing was run:\n${z.prettifyError(result.error)}`);
}

function withoutNulls(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function wrong(message: string): { readonly type: 'wrong'; readonly message: string } {
  return { type: 'wrong', message };
}
