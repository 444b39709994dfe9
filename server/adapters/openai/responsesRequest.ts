// What is asked of the Responses API: the body of one request.
import type { ModelRequest } from '../../core/turn/modelPort.ts';
import type { ToolSpec } from '../../core/turn/toolSpec.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';

/** Models that answer 400 when they are asked for reasoning. Any other model may reason, asked or not. */
const NEVER_REASONS = /^(gpt-3|gpt-4|chatgpt-)/;

export const OUTPUT_SCHEMA_NAME = 'bowline_output';

/**
 * The whole conversation is sent each time and nothing is stored at the provider. There is no `instructions` member: the base
 * prompt is the first item of the input.
 */
export function responsesBody(request: ModelRequest): Record<string, unknown> {
  const { model, input, tools, effort, summary, verbosity, outputSchema, threadId } = request;
  const reasoning = {
    ...(effort === null ? {} : { effort }),
    ...(summary === null || summary === 'none' ? {} : { summary }),
  };
  const text = {
    ...(verbosity === null ? {} : { verbosity }),
    ...(outputSchema === null ? {} : { format: schemaFormat(outputSchema) }),
  };
  return {
    model,
    stream: true,
    store: false,
    input,
    ...(tools.length === 0 ? {} : { tools: responsesTools(tools), tool_choice: 'auto', parallel_tool_calls: true }),
    // what the model thought must come back to it in the next request; without storage only this carries it
    include: NEVER_REASONS.test(model) ? [] : ['reasoning.encrypted_content'],
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning }),
    ...(Object.keys(text).length === 0 ? {} : { text }),
    prompt_cache_key: threadId,
  };
}

function schemaFormat(schema: JsonValue): Record<string, unknown> {
  return { type: 'json_schema', strict: true, name: OUTPUT_SCHEMA_NAME, schema };
}

/** Functions of one namespace become one entry, at the place of the first of them. */
function responsesTools(tools: readonly ToolSpec[]): Record<string, unknown>[] {
  const told: Record<string, unknown>[] = [];
  const groups = new Map<string, Record<string, unknown>[]>();
  for (const tool of tools) {
    if (tool.type === 'custom') {
      told.push({ ...tool });
      continue;
    }
    const { namespace, ...spec } = tool;
    // without the member a function's schema is taken as strict, which forbids optional arguments
    const entry = { ...spec, strict: false };
    const group = namespace === undefined ? told : groups.get(namespace.name);
    if (group !== undefined) {
      group.push(entry);
    } else if (namespace !== undefined) {
      const members = [entry];
      groups.set(namespace.name, members);
      told.push({ type: 'namespace', ...namespace, tools: members });
    }
  }
  return told;
}
