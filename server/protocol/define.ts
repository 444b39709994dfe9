// The building blocks of the registry: schemas that are built at first use, and the shape of one registry line.
import type * as z from 'zod';

/** A schema that is built at its first use; building all of them at start would cost more than the handshake. */
export type LazySchema<S extends z.ZodType = z.ZodType> = () => S;

/** The value type a lazy schema parses to. */
export type Infer<L extends LazySchema> = z.output<ReturnType<L>>;

/** What a sender may write: defaults and transforms not yet applied. */
export type InferInput<L extends LazySchema> = z.input<ReturnType<L>>;

/** Remembers what `build` makes, and makes it only when it is first asked for. */
function once<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}

/** A schema of its own. */
export function lazy<S extends z.ZodType>(build: () => S): LazySchema<S> {
  return once(build);
}

/** Members that several objects have. */
export function members<M extends Readonly<Record<string, z.ZodType>>>(build: () => M): () => M {
  return once(build);
}

/**
 * Which queue a request waits in: `connection` requests are answered by the connection itself,
 * `server` requests run concurrently, `thread` requests wait their place behind earlier ones of the same `params.threadId`.
 */
export type RequestScope = 'connection' | 'server' | 'thread';

/** Who receives a notification: the one connection, every initialised connection, or the subscribers of `params.threadId`. */
export type Audience = 'connection' | 'everyone' | 'subscribers';

/**
 * What the store keeps of a notification: `event` is appended before anyone sees it, `partial` is folded into the open
 * item's saved text at intervals, `none` is never stored.
 */
export type Persistence = 'event' | 'partial' | 'none';

/** One request of either side: method name -> shapes. `experimental` requires `capabilities.experimentalApi`. */
export interface RequestLine<P extends LazySchema = LazySchema, R extends LazySchema = LazySchema> {
  readonly params: P;
  readonly result: R;
  readonly scope: RequestScope;
  readonly experimental?: boolean;
}

/** One notification: method name -> shape, audience, persistence. */
export interface NotificationLine<P extends LazySchema = LazySchema> {
  readonly params: P;
  readonly audience: Audience;
  readonly persistence: Persistence;
  readonly experimental?: boolean;
}

export function request<P extends LazySchema, R extends LazySchema>(
  scope: RequestScope,
  params: P,
  result: R,
): RequestLine<P, R> {
  return { scope, params, result };
}

/** A request for clients that asked for `capabilities.experimentalApi`; the others are refused. */
export function experimental<P extends LazySchema, R extends LazySchema>(
  scope: RequestScope,
  params: P,
  result: R,
): RequestLine<P, R> {
  return { scope, params, result, experimental: true };
}

export function notification<P extends LazySchema>(
  audience: Audience,
  persistence: Persistence,
  params: P,
): NotificationLine<P> {
  return { audience, persistence, params };
}

/** The notification is only for clients that asked for `capabilities.experimentalApi`. */
export function forExperimental<P extends LazySchema>(line: NotificationLine<P>): NotificationLine<P> {
  return { ...line, experimental: true };
}
