// What is asked of the Chat Completions API: the conversation as messages, custom tools as functions that take {input}.
import type { ModelContent, ModelItem, ModelRequest } from '../../core/turn/modelPort.ts';
import type { ToolSpec } from '../../core/turn/toolSpec.ts';
import { chatName, chatNameOf } from './chatNames.ts';
import { OUTPUT_SCHEMA_NAME } from './responsesRequest.ts';

export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } };

export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string | readonly ChatPart[] }
  | {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly tool_calls?: readonly ChatToolCall[];
      readonly reasoning_content?: string;
    }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

export function chatBody(request: ModelRequest): Record<string, unknown> {
  const { model, tools, effort, verbosity, outputSchema } = request;
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: chatMessages(request.input),
    // an empty list is refused by some servers
    ...(tools.length === 0 ? {} : { tools: tools.map(chatTool), tool_choice: 'auto', parallel_tool_calls: true }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...(verbosity === null ? {} : { verbosity }),
    ...(outputSchema === null
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: OUTPUT_SCHEMA_NAME, strict: true, schema: outputSchema },
          },
        }),
  };
}

function chatTool(tool: ToolSpec): Record<string, unknown> {
  const { description } = tool;
  const name = chatNameOf(tool);
  if (tool.type === 'function')
    return { type: 'function', function: { name, description, parameters: tool.parameters } };
  const grammar = `The input follows this Lark grammar:\n${tool.format.definition}`;
  const parameters = {
    type: 'object',
    properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
    required: ['input'],
    additionalProperties: false,
  };
  return { type: 'function', function: { name, description: `${description}\n\n${grammar}`, parameters } };
}

/**
 * Developer messages at the start become the one system message; later ones are user messages, because many chat templates allow a
 * system message only at the start. For the same reason neighbours of one role are joined.
 */
export function chatMessages(input: readonly ModelItem[]): ChatMessage[] {
  const draft = new Draft();
  const lastUser = input.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  // models that think between their calls want the thoughts of this turn back, and refuse those of earlier ones
  input.forEach((item, index) => (item.type === 'reasoning' && index < lastUser ? undefined : draft.add(item)));
  return draft.done();
}

interface Assistant {
  content: string | null;
  reasoning: string;
  readonly calls: ChatToolCall[];
}

/** The messages so far, and the two that are still growing. */
class Draft {
  readonly #system: string[] = [];
  readonly #messages: ChatMessage[] = [];
  #user: ChatPart[] = [];
  #assistant: Assistant | null = null;
  /** Pictures of tool results, which may hold text only; they follow as the user's. */
  #images: ChatPart[] = [];

  add(item: ModelItem): void {
    switch (item.type) {
      case 'message':
        return this.#addMessage(item);
      case 'reasoning':
        this.#closeAssistant();
        this.#openAssistant().reasoning = (item.content ?? item.summary).map(({ text }) => text).join('\n');
        return;
      case 'function_call':
        this.#openAssistant().calls.push(chatCall(item.call_id, chatName(item.namespace, item.name), item.arguments));
        return;
      case 'custom_tool_call':
        this.#openAssistant().calls.push(chatCall(item.call_id, item.name, JSON.stringify({ input: item.input })));
        return;
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#addOutput(item.call_id, item.output);
    }
  }

  done(): ChatMessage[] {
    this.#addUser([]);
    this.#closeUser();
    const system = this.#system.join('\n\n');
    return system === '' ? this.#messages : [{ role: 'system', content: system }, ...this.#messages];
  }

  #addMessage(item: Extract<ModelItem, { type: 'message' }>): void {
    const parts = item.content.map(chatPart);
    if (item.role === 'assistant') {
      if (this.#assistant !== null && this.#assistant.calls.length > 0) this.#closeAssistant();
      const open = this.#openAssistant();
      open.content = (open.content ?? '') + textOf(parts, '');
    } else if (item.role === 'developer' && this.#isEmpty()) {
      this.#system.push(textOf(parts, '\n\n'));
    } else {
      this.#addUser(parts);
    }
  }

  #addUser(parts: readonly ChatPart[]): void {
    this.#closeAssistant();
    this.#user.push(...this.#images, ...parts);
    this.#images = [];
  }

  #addOutput(callId: string, output: string | readonly ModelContent[]): void {
    this.#closeAssistant();
    this.#closeUser();
    const parts: ChatPart[] = typeof output === 'string' ? [{ type: 'text', text: output }] : output.map(chatPart);
    const pictures = parts.filter((part) => part.type !== 'text');
    const text = textOf(parts, '\n');
    this.#images.push(...pictures);
    const content = text === '' && pictures.length > 0 ? 'The image follows.' : text;
    this.#messages.push({ role: 'tool', tool_call_id: callId, content });
  }

  #isEmpty(): boolean {
    return this.#messages.length === 0 && this.#user.length === 0 && this.#assistant === null;
  }

  #openAssistant(): Assistant {
    if (this.#assistant !== null) return this.#assistant;
    this.#addUser([]);
    this.#closeUser();
    this.#assistant = { content: null, reasoning: '', calls: [] };
    return this.#assistant;
  }

  #closeUser(): void {
    if (this.#user.length > 0) this.#messages.push({ role: 'user', content: plain(this.#user) });
    this.#user = [];
  }

  #closeAssistant(): void {
    if (this.#assistant === null) return;
    const { content, calls, reasoning } = this.#assistant;
    this.#assistant = null;
    if (content === null && calls.length === 0) return; // thoughts without an answer: it was cut off
    const called = calls.length === 0 ? {} : { tool_calls: calls };
    const thought = calls.length === 0 || reasoning === '' ? {} : { reasoning_content: reasoning };
    this.#messages.push({ role: 'assistant', content, ...called, ...thought });
  }
}

function chatCall(id: string, name: string, args: string): ChatToolCall {
  return { id, type: 'function', function: { name, arguments: args === '' ? '{}' : args } };
}

function chatPart(content: ModelContent): ChatPart {
  if (content.type !== 'input_image') return { type: 'text', text: content.text };
  const detail = content.detail === undefined ? {} : { detail: content.detail };
  return { type: 'image_url', image_url: { url: content.image_url, ...detail } };
}

/** Text alone is sent as a string, which every server understands; several texts are set apart by an empty line. */
function plain(parts: readonly ChatPart[]): string | readonly ChatPart[] {
  if (parts.some((part) => part.type !== 'text')) return parts;
  return textOf(parts, '\n\n');
}

function textOf(parts: readonly ChatPart[], separator: string): string {
  return parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join(separator);
}
