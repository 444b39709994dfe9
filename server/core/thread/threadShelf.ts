// The shelf port: sections, marks of what was read, and attachments. None of it is a part of the conversation.
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { ThreadReadState, ThreadSection } from '../../protocol/schema/threadShelf.ts';

/** Where a thread stands. Times are Unix milliseconds. */
export interface Placement {
  readonly section: ThreadSection;
  readonly enteredAtMs: number;
}

export interface Move {
  /** Null: out of its section. */
  readonly sectionId: string | null;
  /** Null: to the end of the section. */
  readonly beforeThreadId: string | null;
  readonly atMs: number;
}

export interface Attachment {
  readonly id: string;
  readonly type: string;
  readonly identity: string;
  readonly payload: JsonValue;
  readonly createdAtMs: number;
}

export interface AttachmentOwner {
  readonly threadId: string;
  readonly archived: boolean;
}

/** A page in ascending order; `cursor` as a former answer gave it. */
export interface ShelfPage {
  readonly cursor: string | null;
  readonly limit: number;
}

interface Listed<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

/** Synchronous, like the store that it belongs to. Any process may write: there is no lease for the shelf. */
export interface ThreadShelf {
  /** The built-in section first, then the others as they were made. Throws ProtocolError `invalidCursor`. */
  sections(page: ShelfPage): Listed<ThreadSection>;
  section(id: string): ThreadSection | undefined;
  putSection(section: ThreadSection): void;
  /** Its threads stand in no section afterwards. */
  removeSection(id: string): void;
  /** Throws ProtocolError `notInSection` when `beforeThreadId` stands elsewhere. */
  move(threadId: string, move: Move): void;
  /** Of those that stand in a section. */
  placements(threadIds: readonly string[]): ReadonlyMap<string, Placement>;
  readStates(threadIds: readonly string[]): ReadonlyMap<string, ThreadReadState>;
  /** Something new is there; undefined for a thread that is not stored. */
  noteUnread(threadId: string, turnId: string, revision: string): ThreadReadState | undefined;
  /** Marks the thread if its state is still the expected one. `state` is what holds afterwards. */
  mark(
    threadId: string,
    mark: { readonly expected: string; readonly isRead: boolean; readonly revision: string },
  ): { readonly isDone: boolean; readonly state: ThreadReadState };
  /** An attachment of the same type and identity stays as it is. */
  attach(threadId: string, attachment: Attachment): { readonly isNew: boolean; readonly attachment: Attachment };
  /** The id of what was removed. */
  detach(threadId: string, type: string, identity: string): string | undefined;
  attachments(threadId: string, page: ShelfPage): Listed<Attachment>;
  owners(
    of: { readonly type: string; readonly identity: string; readonly archived: boolean | null },
    page: ShelfPage,
  ): Listed<AttachmentOwner>;
}
