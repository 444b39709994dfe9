// Turns the lines of a thread's rollouts into what the store appends. Its state can be kept, so that reading goes on where it ended.
import type { StoreEntry } from '../../core/thread/threadStore.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { TokenUsage, Turn, TurnError } from '../../protocol/schema/turn.ts';
import { isRecord, listOf, parseJson, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';
import { coreItem, type ItemTimes } from './coreItems.ts';
import { legacyItem } from './legacyItems.ts';
import { readModelItem } from './modelItems.ts';
import { newReading, type Reading } from './reading.ts';
import { rolloutLineOf, type RolloutLine } from './rolloutLine.ts';
import { camelKeys, camelWord, wholeOrNull } from './wireWords.ts';

export class RolloutReader {
  readonly state: Reading;
  #out: StoreEntry[] = [];

  constructor(threadId: string, state: Reading | null = null) {
    this.state = state ?? newReading(threadId);
  }

  /** What was read since the last call. */
  take(): StoreEntry[] {
    const taken = this.#out;
    this.#out = [];
    return taken;
  }

  /** Reads one line; a broken one is counted and passed over. False for one that lies behind the end: it is not read. */
  read(text: string, endOrdinal: number | null = null): boolean {
    if (text.trim() === '') return true;
    const line = rolloutLineOf(text, this.state.updatedAtMs);
    if (line === null) this.state.broken += 1;
    else if (endOrdinal !== null && line.ordinal !== null && line.ordinal >= endOrdinal) return false;
    else this.#apply(line);
    return true;
  }

  /** Closes what is open: there is no more for now. What comes later is taken up nevertheless. */
  finish(): void {
    this.#tellReasoning();
    this.#releaseMessages();
    const { turn, updatedAtMs } = this.state;
    if (turn === null) return;
    this.#emit({ ...this.#turn(turn.id, turn.startedAt), status: 'interrupted' }, updatedAtMs);
  }

  #apply(line: RolloutLine): void {
    const { state } = this;
    state.updatedAtMs = Math.max(state.updatedAtMs, line.atMs);
    switch (line.type) {
      case 'session_meta':
        return;
      case 'event_msg':
        return this.#event(line);
      case 'response_item':
        return this.#modelItem(line.payload, line.metadata['client_authored'] === true);
      case 'compacted':
        return this.#compacted(line.payload);
      case 'turn_context':
        state.model = stringOf(line.payload['model']) ?? state.model;
        state.cwd = stringOf(line.payload['cwd']) ?? state.cwd;
        return;
      case 'world_state':
      case 'token_usage_record':
        return;
      default:
        this.#note(line.type);
    }
  }

  #event(line: RolloutLine): void {
    const { payload } = line;
    const type = stringOf(payload['type']) ?? '';
    switch (type) {
      case 'task_started':
      case 'turn_started':
        return this.#startTurn(line);
      case 'task_complete':
      case 'turn_complete':
        return this.#endTurn(line, 'completed');
      case 'turn_aborted':
        return this.#endTurn(line, 'interrupted');
      case 'error':
        if (this.state.turn !== null) this.state.turn.error = errorOf(payload);
        return;
      case 'item_completed':
        return this.#coreItem(line);
      case 'agent_reasoning':
        return this.#reason(line, 'summary');
      case 'agent_reasoning_raw_content':
        return this.#reason(line, 'content');
      case 'token_count':
        return this.#usage(payload);
      case 'thread_rolled_back':
        return this.#rollBack(line, wholeOrNull(payload['num_turns']) ?? 0);
      case 'thread_settings_applied':
        return this.#settings(recordOf(payload['thread_settings']));
      default:
        return this.#legacyItem(line, type);
    }
  }

  #settings(settings: JsonRecord): void {
    const { state } = this;
    state.model = stringOf(settings['model']) ?? state.model;
    state.modelProvider = stringOf(settings['model_provider_id']) ?? state.modelProvider;
    state.cwd = stringOf(settings['cwd']) ?? state.cwd;
  }

  #startTurn({ payload, atMs }: RolloutLine): void {
    const { state } = this;
    const id = stringOf(payload['turn_id']) ?? this.#newTurnId();
    const root = stringOf(payload['root_turn_id']);
    // the turn of a reviewer is a part of the review's
    if (root !== null && root !== id && (state.turn?.id === root || state.turns.includes(root))) {
      state.partOf[id] = root;
      if (state.turn?.id === root) state.turn.startedAt ??= wholeOrNull(payload['started_at']);
      return;
    }
    this.#closeTurn(atMs);
    this.#openTurn(id, {
      startedAt: wholeOrNull(payload['started_at']) ?? Math.floor(atMs / 1000),
      isTold: true,
      atMs,
    });
  }

  #openTurn(
    id: string,
    how: { readonly startedAt: number | null; readonly isTold: boolean; readonly atMs: number },
  ): void {
    const { state } = this;
    state.turn = { id, startedAt: how.startedAt, isTold: how.isTold, error: null };
    state.turns.push(id);
    state.recencyAtMs = how.startedAt === null ? how.atMs : how.startedAt * 1000;
    const turn = this.#turn(id, how.startedAt);
    this.#log({ method: 'turn/started', params: { threadId: state.threadId, turn } }, how.atMs);
    this.#releaseMessages();
  }

  #newTurnId(): string {
    this.state.madeTurns += 1;
    const place = this.state.madeTurns.toString(16).padStart(12, '0');
    return `${this.state.threadId.slice(0, 24)}${place}`;
  }

  #endTurn({ payload, atMs }: RolloutLine, how: 'completed' | 'interrupted'): void {
    const { state } = this;
    this.#endReasoning();
    this.#releaseMessages();
    const told = stringOf(payload['turn_id']) ?? state.turn?.id;
    if (told === undefined || state.partOf[told] !== undefined || !state.turns.includes(told)) return;
    const isOpen = state.turn?.id === told;
    const error = isRecord(payload['error']) ? errorOf(payload['error']) : isOpen ? (state.turn?.error ?? null) : null;
    const startedAt = wholeOrNull(payload['started_at']) ?? (isOpen ? (state.turn?.startedAt ?? null) : null);
    const completedAt = wholeOrNull(payload['completed_at']) ?? Math.floor(atMs / 1000);
    const duration = startedAt === null ? null : Math.max(0, completedAt - startedAt) * 1000;
    const durationMs = wholeOrNull(payload['duration_ms']) ?? duration;
    const status = error !== null && how === 'completed' ? 'failed' : how;
    this.#emit({ ...this.#turn(told, startedAt), status, error, completedAt, durationMs }, atMs);
    if (isOpen) state.turn = null;
  }

  /** The turn that is open when another begins was cut short: nobody wrote its end. */
  #closeTurn(atMs: number): void {
    const { turn } = this.state;
    this.#endReasoning();
    if (turn === null) return;
    const status = turn.isTold ? (turn.error === null ? 'interrupted' : 'failed') : 'completed';
    const completedAt = turn.isTold ? null : Math.floor(atMs / 1000);
    this.#emit({ ...this.#turn(turn.id, turn.startedAt), status, error: turn.error, completedAt }, atMs);
    this.state.turn = null;
  }

  #emit(turn: Turn, atMs: number): void {
    this.#log({ method: 'turn/completed', params: { threadId: this.state.threadId, turn } }, atMs);
  }

  #turn(id: string, startedAt: number | null): Turn {
    const ends = { error: null, completedAt: null, durationMs: null };
    return { id, rootTurnId: id, items: [], itemsView: 'notLoaded', status: 'inProgress', startedAt, ...ends };
  }

  #coreItem({ payload, atMs }: RolloutLine): void {
    const times: ItemTimes = {
      startedAtMs: wholeOrNull(payload['started_at_ms']),
      completedAtMs: wholeOrNull(payload['completed_at_ms']) ?? atMs,
    };
    const read = coreItem(recordOf(payload['item']), times);
    if (read === null) return void (this.state.broken += 1);
    if (!read.isKnown) this.#note(read.item.type);
    const isPlanless = read.item.type === 'plan' && read.item.text === '';
    if (!isPlanless) this.#item(read.item, { turnId: stringOf(payload['turn_id']), atMs });
  }

  #legacyItem({ payload, atMs }: RolloutLine, type: string): void {
    const { state } = this;
    if (type === 'user_message') this.#beginUntold(atMs);
    const isItem = !QUIET.has(type);
    if (isItem) this.#endReasoning();
    const newId = (): string => `item-${(state.madeItems += 1)}`;
    const item = legacyItem(payload, { times: { startedAtMs: atMs, completedAtMs: atMs }, newId });
    if (item !== null) this.#item(item, { turnId: stringOf(payload['turn_id']), atMs });
    else if (isItem && type !== 'agent_message') this.#note(type);
  }

  /** In the oldest files a message of the user is all that says that a turn begins. */
  #beginUntold(atMs: number): void {
    const { turn } = this.state;
    if (turn?.isTold === true) return;
    this.#closeTurn(atMs);
    this.#openTurn(this.#newTurnId(), { startedAt: Math.floor(atMs / 1000), isTold: false, atMs });
  }

  /** Reasoning comes in pieces that make one item. */
  #reason({ payload, atMs }: RolloutLine, part: 'summary' | 'content'): void {
    const text = stringOf(payload['text']) ?? '';
    if (text === '') return;
    const { state } = this;
    state.reasoning ??= { id: `item-${(state.madeItems += 1)}`, summary: [], content: [], atMs, isTold: false };
    state.reasoning[part].push(text);
    state.reasoning.isTold = false;
  }

  #endReasoning(): void {
    this.#tellReasoning();
    this.state.reasoning = null;
  }

  /** More of it may still come: then the same item is told again. */
  #tellReasoning(): void {
    const { reasoning } = this.state;
    if (reasoning === null || reasoning.isTold) return;
    reasoning.isTold = true;
    const { id, summary, content, atMs } = reasoning;
    const item: ThreadItem = { type: 'reasoning', id, summary, content, startedAtMs: atMs, completedAtMs: atMs };
    this.#item(item, { turnId: null, atMs });
  }

  #item(item: ThreadItem, { turnId: told, atMs }: { readonly turnId: string | null; readonly atMs: number }): void {
    const { state } = this;
    const asked = told === null ? null : (state.partOf[told] ?? told);
    if (asked !== null && asked !== state.turn?.id && !state.turns.includes(asked)) {
      this.#closeTurn(atMs);
      this.#openTurn(asked, { startedAt: null, isTold: true, atMs });
    } else if (asked === null && state.turn === null) {
      this.#openTurn(this.#newTurnId(), { startedAt: Math.floor(atMs / 1000), isTold: false, atMs });
    }
    const turnId = asked ?? state.turn?.id ?? '';
    if (item.type === 'userMessage') state.preview ??= previewOf(item);
    const params = { threadId: state.threadId, turnId, item, completedAtMs: item.completedAtMs ?? atMs };
    this.#log({ method: 'item/completed', params }, atMs);
  }

  #rollBack({ atMs }: RolloutLine, count: number): void {
    const { state } = this;
    this.#closeTurn(atMs);
    const [beforeTurnId] = count > 0 ? state.turns.splice(-count) : [];
    if (beforeTurnId === undefined) return;
    this.#log({ method: 'thread/reverted', params: { threadId: state.threadId, beforeTurnId } }, atMs);
  }

  #usage(payload: JsonRecord): void {
    const info = payload['info'];
    if (!isRecord(info)) return;
    this.state.tokenUsage = {
      total: usageOf(recordOf(info['total_token_usage'])),
      last: usageOf(recordOf(info['last_token_usage'])),
      modelContextWindow: wholeOrNull(info['model_context_window']),
    };
  }

  #modelItem(payload: JsonRecord, isClientAuthored: boolean): void {
    const read = readModelItem(payload, isClientAuthored);
    if (read.type === 'unknown') return this.#note(`response_item ${read.kind}`);
    if (read.type === 'left') return;
    const { item } = read;
    const isWaiting = item.type === 'message' && item.role === 'user' && this.state.turn?.isTold !== true;
    if (isWaiting) return void this.state.waiting.push(item);
    this.#releaseMessages();
    this.#tell(item);
    if (item.type === 'function_call' && item.name === 'update_plan') this.#plan(item.arguments);
  }

  /** A message that stands before the event that begins its turn belongs to that turn. */
  #releaseMessages(): void {
    for (const item of this.state.waiting.splice(0)) this.#tell(item);
  }

  #tell(item: ModelItem): void {
    this.#out.push({ type: 'model', turnId: this.#lastTurnId(), item });
  }

  #lastTurnId(): string {
    const { turn, turns } = this.state;
    return turn?.id ?? turns.at(-1) ?? '';
  }

  #plan(args: string): void {
    const { plan, explanation } = recordOf(parseJson(args));
    const steps = listOf(plan).flatMap((entry) => {
      const step = stringOf(recordOf(entry)['step']);
      const word = camelWord(stringOf(recordOf(entry)['status']) ?? 'pending');
      const status = (['pending', 'inProgress', 'completed'] as const).find((known) => known === word) ?? 'pending';
      return step === null ? [] : [{ step, status }];
    });
    const turnId = this.#lastTurnId();
    if (steps.length === 0 || turnId === '') return;
    const params = { threadId: this.state.threadId, turnId, explanation: stringOf(explanation), plan: steps };
    this.#log({ method: 'turn/plan/updated', params }, this.state.updatedAtMs);
  }

  #compacted(payload: JsonRecord): void {
    this.#releaseMessages();
    const replacement = payload['replacement_history'];
    const metadata = listOf(payload['replacement_history_metadata']);
    const items = listOf(replacement).flatMap((entry, index) => {
      const read = readModelItem(recordOf(entry), recordOf(metadata[index])['client_authored'] === true);
      if (read.type === 'unknown') this.#note(`response_item ${read.kind}`);
      return read.type === 'item' ? [read.item] : [];
    });
    const text = stringOf(payload['message']) ?? '';
    const summary: ModelItem = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    const told = Array.isArray(replacement) ? items : [summary];
    this.#out.push({ type: 'modelBase', turnId: this.#lastTurnId(), items: told });
  }

  #note(kind: string): void {
    this.state.unknown[kind] = (this.state.unknown[kind] ?? 0) + 1;
  }

  #log(event: ServerNotification, atMs: number): void {
    this.#out.push({ type: 'event', event, atMs });
  }
}

/** Events that say nothing that a thread keeps, or that their end says again. */
const QUIET: ReadonlySet<string> = new Set([
  'exec_command_begin',
  'exec_command_output_delta',
  'patch_apply_begin',
  'mcp_tool_call_begin',
  'web_search_begin',
  'dynamic_tool_call_request',
  'item_started',
  'turn_diff',
  'plan_update',
  'thread_name_updated',
  'thread_goal_updated',
  'background_event',
  'undo_completed',
  'hook_started',
  'hook_completed',
]);

function usageOf(usage: JsonRecord): TokenUsage {
  const count = (name: string): number => wholeOrNull(usage[name]) ?? 0;
  return {
    totalTokens: count('total_tokens'),
    inputTokens: count('input_tokens'),
    cachedInputTokens: count('cached_input_tokens'),
    cacheWriteInputTokens: count('cache_write_input_tokens'),
    outputTokens: count('output_tokens'),
    reasoningOutputTokens: count('reasoning_output_tokens'),
  };
}

/** The kind is a word, or an object with one member. */
function errorOf(error: JsonRecord): TurnError {
  const info = error['codex_error_info'];
  const kind = typeof info === 'string' ? camelWord(info) : isRecord(info) ? recordOf(camelKeys(info)) : null;
  return {
    message: stringOf(error['message']) ?? '',
    codexErrorInfo: kind,
    additionalDetails: stringOf(error['additional_details']),
    misalignment: null,
  };
}

function previewOf(item: Extract<ThreadItem, { type: 'userMessage' }>): string | null {
  const text = item.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  return text.trim() === '' ? null : text;
}
