// A scripted answer as the events of the Responses API.
import type { CallPart, Part, ReasoningPart, Reply, ScriptUsage, TextPart } from './modelScript.ts';
import { cutText } from './modelScript.ts';

export type StreamReply = Extract<Reply, { reply: 'stream' }>;
export type SseEvent = Readonly<Record<string, unknown>> & { readonly type?: unknown };

/** What goes over the wire, in order; at a gate the server waits. */
export type Segment =
  | { readonly segment: 'event'; readonly event: SseEvent }
  | { readonly segment: 'raw'; readonly text: string }
  | { readonly segment: 'gate'; readonly name: string };

interface Sequence {
  next(): number;
}

/** Everything of the answer, from `response.created` to its ending. `n` makes the ids of this response. */
export function responseSegments(reply: StreamReply, request: { n: number; model: string }): Segment[] {
  const response = { id: `resp_${request.n}`, object: 'response', model: request.model, output: [] };
  const indexes = counter();
  const finished: unknown[] = [];
  const body = reply.parts.flatMap((part) => partSegments(part, { n: request.n, indexes, finished }));
  const events: Segment[] = [
    event({ type: 'response.created', response: { ...response, status: 'in_progress' } }),
    event({ type: 'response.in_progress', response: { ...response, status: 'in_progress' } }),
    ...body,
    ...ending(reply, { ...response, output: finished }),
  ];
  const sequence = counter();
  return events.map((segment) =>
    segment.segment === 'event' && typeof segment.event.type === 'string'
      ? event({ ...segment.event, sequence_number: sequence.next() })
      : segment,
  );
}

interface PartContext {
  readonly n: number;
  readonly indexes: Sequence;
  readonly finished: unknown[];
}

function partSegments(part: Part, context: PartContext): Segment[] {
  switch (part.part) {
    case 'text':
      return textSegments(part, context);
    case 'reasoning':
      return reasoningSegments(part, context);
    case 'call':
      return callSegments(part, context);
    case 'interleaved':
      return zip(part.parts.map((inner) => partSegments(inner, context)));
    case 'gate':
      return [{ segment: 'gate', name: part.name }];
    case 'event':
      return [event(part.event)];
    case 'raw':
      return [{ segment: 'raw', text: part.text }];
  }
}

function textSegments(part: TextPart, { n, indexes, finished }: PartContext): Segment[] {
  const output_index = indexes.next();
  const id = part.id ?? `msg_${n}_${output_index}`;
  const where = { item_id: id, output_index, content_index: 0 };
  const message = { id, type: 'message', role: 'assistant', ...(part.phase === null ? {} : { phase: part.phase }) };
  const content = { type: 'output_text', text: part.text, annotations: [] };
  const item = { ...message, status: 'completed', content: [content] };
  const segments: Segment[] = [];
  if (part.added) {
    const empty = { type: 'output_text', text: '', annotations: [] };
    segments.push(
      event({
        type: 'response.output_item.added',
        output_index,
        item: { ...message, status: 'in_progress', content: [] },
      }),
      event({ type: 'response.content_part.added', ...where, part: empty }),
      ...part.deltas.map((delta) => event({ type: 'response.output_text.delta', ...where, delta, logprobs: [] })),
    );
  }
  if (!part.done) return segments;
  if (part.added) {
    segments.push(
      event({ type: 'response.output_text.done', ...where, text: part.text, logprobs: [] }),
      event({ type: 'response.content_part.done', ...where, part: content }),
    );
  }
  finished.push(item);
  return [...segments, event({ type: 'response.output_item.done', output_index, item })];
}

function reasoningSegments(part: ReasoningPart, { n, indexes, finished }: PartContext): Segment[] {
  const output_index = indexes.next();
  const id = part.id ?? `rs_${n}_${output_index}`;
  const item = {
    id,
    type: 'reasoning',
    summary: part.summary.map((summary) => ({ type: 'summary_text', text: summary })),
    ...(part.content.length === 0
      ? {}
      : { content: part.content.map((content) => ({ type: 'reasoning_text', text: content })) }),
    ...(part.encrypted === null ? {} : { encrypted_content: part.encrypted }),
  };
  finished.push(item);
  return [
    event({ type: 'response.output_item.added', output_index, item: { id, type: 'reasoning', summary: [] } }),
    ...part.summary.flatMap((summary, summary_index) => {
      const where = { item_id: id, output_index, summary_index };
      const whole = { type: 'summary_text', text: summary };
      return [
        event({ type: 'response.reasoning_summary_part.added', ...where, part: { type: 'summary_text', text: '' } }),
        ...cutText(summary).map((delta) => event({ type: 'response.reasoning_summary_text.delta', ...where, delta })),
        event({ type: 'response.reasoning_summary_text.done', ...where, text: summary }),
        event({ type: 'response.reasoning_summary_part.done', ...where, part: whole }),
      ];
    }),
    ...part.content.flatMap((content, content_index) => {
      const where = { item_id: id, output_index, content_index };
      return [
        ...cutText(content).map((delta) => event({ type: 'response.reasoning_text.delta', ...where, delta })),
        event({ type: 'response.reasoning_text.done', ...where, text: content }),
      ];
    }),
    event({ type: 'response.output_item.done', output_index, item }),
  ];
}

function callSegments(part: CallPart, { n, indexes, finished }: PartContext): Segment[] {
  const output_index = indexes.next();
  const custom = part.form === 'custom';
  const id = `${custom ? 'ctc' : 'fc'}_${n}_${output_index}`;
  const callId = part.callId ?? `call_${n}_${output_index}`;
  const head = {
    id,
    type: custom ? 'custom_tool_call' : 'function_call',
    call_id: callId,
    name: part.name,
    ...(part.namespace === null ? {} : { namespace: part.namespace }),
  };
  const field = custom ? 'input' : 'arguments';
  const stream = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
  const item = { ...head, status: 'completed', [field]: part.input };
  const where = { item_id: id, output_index };
  const begun = [
    event({ type: 'response.output_item.added', output_index, item: { ...head, status: 'in_progress', [field]: '' } }),
    ...part.deltas.map((delta) => event({ type: `${stream}.delta`, ...where, delta })),
  ];
  if (!part.done) return begun;
  finished.push(item);
  return [
    ...begun,
    event({ type: `${stream}.done`, ...where, [field]: part.input }),
    event({ type: 'response.output_item.done', output_index, item }),
  ];
}

function ending(reply: StreamReply, response: Record<string, unknown>): Segment[] {
  const usage = reply.usage === null ? {} : { usage: responseUsage(reply.usage) };
  switch (reply.ending.type) {
    case 'completed':
      return [event({ type: 'response.completed', response: { ...response, status: 'completed', ...usage } })];
    case 'incomplete': {
      const incomplete_details = { reason: reply.ending.reason };
      const cut = { ...response, status: 'incomplete', incomplete_details, ...usage };
      return [event({ type: 'response.incomplete', response: cut })];
    }
    case 'failed': {
      const error = { code: reply.ending.code, message: reply.ending.message };
      return [event({ type: 'response.failed', response: { ...response, status: 'failed', error } })];
    }
    case 'error':
      return [event({ type: 'error', code: reply.ending.code, message: reply.ending.message, param: null })];
    case 'cut':
    case 'drop':
    case 'hang':
      return [];
  }
}

function responseUsage(usage: ScriptUsage): Record<string, unknown> {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

function event(value: SseEvent): Segment {
  return { segment: 'event', event: value };
}

export function counter(): Sequence {
  let last = -1;
  return { next: () => (last += 1) };
}

export function zip(lists: readonly (readonly Segment[])[]): Segment[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
