// Reads the columns of a database row with their types, and the JSON that the store itself wrote.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { QueuedSubmission } from '../../protocol/schema/queue.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { ThreadSection } from '../../protocol/schema/threadShelf.ts';
import type { Held, NewQuestion } from '../../core/thread/keptQuestion.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import type { ThreadRecord } from '../../core/thread/threadStore.ts';
import { isProtocolError, messageOf, ProtocolError } from '../../protocol/errors.ts';

export type Cell = null | number | bigint | string | Uint8Array;
export type Row = Record<string, Cell>;

/** Something else stands in the row than this store writes: damage that SQLite does not see. */
export function unreadable(why: string, cause?: unknown): ProtocolError {
  const message = `Threads cannot be read: ${why}. Run \`bowline doctor --fix\`: it keeps what can be read, and sets aside what cannot.`;
  return new ProtocolError('internalError', message, { kind: 'storeDamaged', cause });
}

export function isUnreadable(error: unknown): boolean {
  return isProtocolError(error) && error.kind === 'storeDamaged';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(messageOf(error), error);
  }
}

export function textOf(row: Row, column: string): string {
  const cell = row[column];
  if (typeof cell !== 'string') throw unreadable(`column ${column} holds no text`);
  return cell;
}

export function textOrNull(row: Row, column: string): string | null {
  const cell = row[column];
  return typeof cell === 'string' ? cell : null;
}

export function integerOf(row: Row, column: string): number {
  const cell = row[column];
  if (typeof cell !== 'number') throw unreadable(`column ${column} holds no number`);
  return cell;
}

/** A row's number: where it is damaged, it may be larger than those of JavaScript. */
export function placeOf(row: Row, column: string): number | bigint {
  const cell = row[column];
  return typeof cell === 'bigint' ? cell : integerOf(row, column);
}

export function integerOrNull(row: Row, column: string): number | null {
  const cell = row[column];
  return typeof cell === 'number' ? cell : null;
}

// The texts below were valid when this store wrote them: reading asks only for what tells the shapes apart, so that reading a
// long thread costs no second validation and keeps members that a newer version wrote.

export function eventOf(text: string): ServerNotification {
  const value = parsed(text);
  if (!isEvent(value)) throw unreadable('a stored event has no method');
  return value;
}

export function itemOf(text: string): ThreadItem {
  const value = parsed(text);
  if (!isItem(value)) throw unreadable('a stored item has no type');
  return value;
}

export function modelItemOf(text: string): ModelItem {
  const value = parsed(text);
  if (!isModelItem(value)) throw unreadable('a stored model item has no type');
  return value;
}

export function modelItemsOf(text: string): ModelItem[] {
  const value = parsed(text);
  if (!Array.isArray(value) || !value.every(isModelItem)) throw unreadable('stored model items are no list');
  return value;
}

export function recordOf(text: string): ThreadRecord {
  const value = parsed(text);
  if (!isRecord(value)) throw unreadable('a stored thread has no settings');
  return value;
}

export function questionOf(text: string): NewQuestion {
  const value = parsed(text);
  if (!isQuestion(value)) throw unreadable('a stored question has no method');
  return value;
}

export function submissionOf(text: string): QueuedSubmission {
  const value = parsed(text);
  if (!isSubmission(value)) throw unreadable('a stored prompt has no input');
  return value;
}

export function heldOf(text: string): Held {
  const value = parsed(text);
  if (!isHeld(value)) throw unreadable('what is held has no type');
  return value;
}

export function jsonOf(text: string): JsonValue {
  const value = parsed(text);
  if (!isJson(value)) throw unreadable('what was parsed from JSON is JSON');
  return value;
}

function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

export function appearanceOf(text: string): NonNullable<ThreadSection['appearance']> {
  const value = parsed(text);
  const member = (name: string): string | null => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
    return typeof found === 'string' ? found : null;
  };
  return { icon: member('icon'), color: member('color') };
}

function isQuestion(value: unknown): value is NewQuestion {
  return (
    ['params', 'conditions'].every((name) => hasMember(value, name, 'object')) && hasMember(value, 'method', 'string')
  );
}

function isSubmission(value: unknown): value is QueuedSubmission {
  return hasMember(value, 'input', 'object') && hasMember(value, 'clientUserMessageId', 'string');
}

function isHeld(value: unknown): value is Held {
  return hasMember(value, 'item', 'object') || hasMember(value, 'message', 'object');
}

function isEvent(value: unknown): value is ServerNotification {
  if (!hasMember(value, 'method', 'string') || !hasMember(value, 'params', 'object')) return false;
  return TOLD_APART[String(memberOf(value, 'method'))]?.(memberOf(value, 'params')) !== false;
}

/** What the tables are made of. */
const TOLD_APART: Readonly<Record<string, (params: unknown) => boolean>> = {
  'turn/started': (params) => hasMember(memberOf(params, 'turn'), 'id', 'string'),
  'turn/completed': (params) => hasMember(memberOf(params, 'turn'), 'id', 'string'),
  'item/completed': (params) => hasMember(params, 'turnId', 'string') && isItem(memberOf(params, 'item')),
  'turn/diff/updated': (params) => hasMember(params, 'turnId', 'string'),
  'turn/plan/updated': (params) => hasMember(params, 'turnId', 'string'),
};

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isItem(value: unknown): value is ThreadItem {
  return hasMember(value, 'type', 'string') && hasMember(value, 'id', 'string');
}

function isModelItem(value: unknown): value is ModelItem {
  return hasMember(value, 'type', 'string');
}

function isRecord(value: unknown): value is ThreadRecord {
  return hasMember(value, 'id', 'string') && hasMember(value, 'settings', 'object');
}

function hasMember(value: unknown, name: string, type: 'string' | 'object'): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const member: unknown = Reflect.get(value, name);
  return typeof member === type && member !== null;
}
