// What the model may write into `exec_command` and `write_stdin`: parsed at the door, wrong input explained to it.
import * as z from 'zod';
import { lazy, type Infer } from '../protocol/define.ts';

/** Models write `null` for what they leave out. */
export const optional = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? undefined);

export const ExecArguments = lazy(() =>
  z.object({
    cmd: z.string().refine((script) => script.trim() !== '', 'must not be empty'),
    workdir: optional(z.string()),
    yield_time_ms: optional(z.number()),
    max_output_tokens: optional(z.number()),
    tty: optional(z.boolean()),
    login: optional(z.boolean()),
    shell: optional(z.string()),
    sandbox_permissions: optional(z.enum(['use_default', 'require_escalated'])),
    justification: optional(z.string()),
    prefix_rule: optional(z.array(z.string())),
  }),
);
export type ExecArguments = Infer<typeof ExecArguments>;

export const WriteArguments = lazy(() =>
  z.object({
    session_id: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    chars: optional(z.string()),
    yield_time_ms: optional(z.number()),
    max_output_tokens: optional(z.number()),
  }),
);
export type WriteArguments = Infer<typeof WriteArguments>;

export type Parsed<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'wrong'; readonly message: string };

/** The arguments of a call, or what is wrong with them in words for the model. */
export function parseArguments<T>(schema: () => z.ZodType<T>, tool: string, input: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(input);
  } catch (error) {
    return wrong(
      `The arguments of ${tool} are not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const result = schema().safeParse(json, { jitless: true });
  return result.success
    ? { type: 'ok', value: result.data }
    : wrong(`The arguments of ${tool} are wrong, nothing was run:\n${z.prettifyError(result.error)}`);
}

function wrong(message: string): { readonly type: 'wrong'; readonly message: string } {
  return { type: 'wrong', message };
}
