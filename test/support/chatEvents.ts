// A scripted answer as the chunks of the Chat Completions API.
import type { Part, ScriptUsage } from './modelScript.ts';
import { cutText } from './modelScript.ts';
import { counter, zip, type Segment, type StreamReply } from './modelEvents.ts';

/** Everything of the answer, from the first chunk to `[DONE]`. Reasoning is sent as `reasoning_content`. */
export function chatSegments(reply: StreamReply, request: { n: number; model: string }): Segment[] {
  const frame = { id: `chatcmpl_${request.n}`, object: 'chat.completion.chunk', created: 1, model: request.model };
  const context: ChatContext = { n: request.n, calls: counter(), chunk: (delta) => chunk(frame, delta, null) };
  const body = reply.parts.flatMap((part) => partSegments(part, context));
  const calls = context.calls.next() > 0;
  return [context.chunk({ role: 'assistant', content: '' }), ...body, ...ending(reply, frame, calls)];
}

interface ChatContext {
  readonly n: number;
  /** Counts tool calls: their position is all that joins the pieces of one call. */
  readonly calls: { next(): number };
  chunk(delta: Record<string, unknown>): Segment;
}

function partSegments(part: Part, context: ChatContext): Segment[] {
  switch (part.part) {
    case 'text':
      return part.deltas.map((content) => context.chunk({ content }));
    case 'reasoning':
      return [...part.content, ...part.summary]
        .flatMap((thought) => cutText(thought))
        .map((reasoning_content) => context.chunk({ reasoning_content }));
    case 'call': {
      const index = context.calls.next();
      const id = part.callId ?? `call_${context.n}_${index}`;
      // a custom tool does not exist in this dialect: it is a function that takes {input}
      const pieces = part.form === 'custom' ? cutText(JSON.stringify({ input: part.input }), 8) : part.deltas;
      const head = { index, id, type: 'function', function: { name: part.name, arguments: '' } };
      return [
        context.chunk({ tool_calls: [head] }),
        ...pieces.map((piece) => context.chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
      ];
    }
    case 'interleaved':
      return zip(part.parts.map((inner) => partSegments(inner, context)));
    case 'gate':
      return [{ segment: 'gate', name: part.name }];
    case 'event':
      return [{ segment: 'event', event: part.event }];
    case 'raw':
      return [{ segment: 'raw', text: part.text }];
  }
}

function ending(reply: StreamReply, frame: Record<string, unknown>, calls: boolean): Segment[] {
  const usage: Segment[] =
    reply.usage === null ? [] : [{ segment: 'event', event: { ...frame, choices: [], usage: chatUsage(reply.usage) } }];
  const done: Segment = { segment: 'raw', text: 'data: [DONE]\n\n' };
  switch (reply.ending.type) {
    case 'completed':
      return [chunk(frame, {}, calls ? 'tool_calls' : 'stop'), ...usage, done];
    case 'incomplete':
      return [
        chunk(frame, {}, reply.ending.reason === 'max_output_tokens' ? 'length' : reply.ending.reason),
        ...usage,
        done,
      ];
    case 'failed':
    case 'error': {
      const { code, message } = reply.ending;
      return [{ segment: 'event', event: { error: { code, message, type: 'server_error' } } }];
    }
    case 'cut':
    case 'drop':
    case 'hang':
      return [];
  }
}

function chunk(frame: Record<string, unknown>, delta: Record<string, unknown>, finish: string | null): Segment {
  return { segment: 'event', event: { ...frame, choices: [{ index: 0, delta, finish_reason: finish }] } };
}

function chatUsage(usage: ScriptUsage): Record<string, unknown> {
  return {
    prompt_tokens: usage.input,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens: usage.output,
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}
