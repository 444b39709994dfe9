// What lies at a path at one moment: a file with its bytes and permissions, a link, a folder, or nothing.

/** Why the bytes of a file were not kept. `changing`: it was written to while it was read. */
export type UnkeptReason = 'tooLarge' | 'overBudget' | 'package' | 'unreadable' | 'changing';

/** What is known of a file whose bytes were not kept: enough to tell whether it is still the same. */
export interface UnkeptContent {
  readonly unkept: UnkeptReason;
  readonly size: number;
  /** Unix milliseconds. */
  readonly modifiedAtMs: number;
}

/** `C`: how kept content is held, as bytes or as the name of an object. */
export type PathState<C = Uint8Array> =
  | {
      readonly kind: 'file';
      /** Permission bits; null: not known. */
      readonly mode: number | null;
      readonly content: C | UnkeptContent;
    }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly mode: number | null }
  /** A pipe, a socket, a device. */
  | { readonly kind: 'other' };

/** A path before and after something happened to it; null: there was nothing. */
export interface Step<C = Uint8Array> {
  readonly before: PathState<C> | null;
  readonly after: PathState<C> | null;
}

/** Kept bytes in the store: their SHA-256 as 64 hexadecimal digits. */
export interface StoredContent {
  readonly hash: string;
  readonly size: number;
  /** Unix milliseconds; only of a file that was just looked at. */
  readonly modifiedAtMs?: number;
}

export type StoredState = PathState<StoredContent>;
export type StoredStep = Step<StoredContent>;

export function isUnkept<C extends Uint8Array | StoredContent>(content: C | UnkeptContent): content is UnkeptContent {
  return 'unkept' in content;
}

/** How contents are compared: `same` for kept ones; what was not kept is told by size and time. */
export function sameState<C extends Uint8Array | StoredContent>(
  left: PathState<C> | null,
  right: PathState<C> | null,
  same: (left: C, right: C) => boolean,
): boolean {
  if (left === null || right === null) return left === right;
  switch (left.kind) {
    case 'file':
      if (right.kind !== 'file' || !sameMode(left.mode, right.mode)) return false;
      return sameContent(left.content, right.content, same);
    case 'link':
      return right.kind === 'link' && left.target === right.target;
    case 'folder':
      return right.kind === 'folder' && sameMode(left.mode, right.mode);
    case 'other':
      return right.kind === 'other';
  }
}

/** Where one of the two was not kept, size and time tell, as far as they are known. */
export function sameContent<C extends Uint8Array | StoredContent>(
  left: C | UnkeptContent,
  right: C | UnkeptContent,
  same: (left: C, right: C) => boolean,
): boolean {
  if (!isUnkept(left) && !isUnkept(right)) return same(left, right);
  const [one, other] = [timeOf(left), timeOf(right)];
  return sizeOf(left) === sizeOf(right) && (one === null || other === null || one === other);
}

type AnyContent = Uint8Array | StoredContent | UnkeptContent;

function sizeOf(content: AnyContent): number {
  return 'size' in content ? content.size : content.length;
}

function timeOf(content: AnyContent): number | null {
  return 'modifiedAtMs' in content ? (content.modifiedAtMs ?? null) : null;
}

/** A mode that is not known is no difference. */
function sameMode(left: number | null, right: number | null): boolean {
  return left === null || right === null || left === right;
}

export function sameStored(left: StoredContent, right: StoredContent): boolean {
  return left.hash === right.hash;
}
