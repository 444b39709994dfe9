// The one table of error codes, and the three classes of error that cross a room's wall.

/** JSON-RPC error codes on the wire (JSON-RPC 2.0; -32001 is the reference server's "overloaded"). */
export const ERROR_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  overloaded: -32001,
} as const;

/** The name of an error code; it travels as `error.data.kind` unless a more exact kind is given. */
export type ErrorCodeName = keyof typeof ERROR_CODES;

const MARKER = Symbol.for('bowline.error');

abstract class MarkedError extends Error {
  abstract readonly kind: string;
  readonly [MARKER]: 'protocol' | 'connection' | 'agent';

  constructor(marker: 'protocol' | 'connection' | 'agent', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this[MARKER] = marker;
  }
}

/** The other side answered "no": a request failed for a known reason. Carries a wire code and machine-readable data. */
export class ProtocolError extends MarkedError {
  override readonly name = 'ProtocolError';
  readonly code: number;
  readonly kind: string;
  readonly data: Record<string, unknown>;

  constructor(code: ErrorCodeName | number, message: string, details: ProtocolErrorDetails = {}) {
    super('protocol', message, details.cause);
    this.code = typeof code === 'number' ? code : ERROR_CODES[code];
    this.kind = details.kind ?? (typeof code === 'number' ? 'error' : code);
    this.data = { kind: this.kind, ...details.data };
  }
}

export interface ProtocolErrorDetails {
  /** A machine-readable kind finer than the code, e.g. `threadNotFound`. */
  readonly kind?: string;
  readonly data?: Record<string, unknown>;
  readonly cause?: unknown;
}

/** The connection ended while a request was open: whether the other side acted on it is unknown. */
export class ConnectionLost extends MarkedError {
  override readonly name = 'ConnectionLost';
  readonly kind = 'connectionLost';

  constructor(
    message = 'The connection to the server ended; whether the request took effect is unknown.',
    cause?: unknown,
  ) {
    super('connection', message, cause);
  }
}

/** A turn failed. `info` is the wire's `codexErrorInfo`; `details` is the cause in the provider's own words. */
export class AgentError extends MarkedError {
  override readonly name = 'AgentError';
  readonly kind: string;
  readonly info: AgentErrorInfo;
  readonly details: string | null;

  constructor(info: AgentErrorInfo, message: string, options: { details?: string | null; cause?: unknown } = {}) {
    super('agent', message, options.cause);
    this.info = info;
    this.kind = typeof info === 'string' ? info : (Object.keys(info)[0] ?? 'other');
    this.details = options.details ?? null;
  }
}

/** The kinds of turn-level failure, as the wire spells them in `TurnError.codexErrorInfo`. */
export type AgentErrorInfo =
  | 'contextWindowExceeded'
  | 'usageLimitExceeded'
  | 'rateLimitExceeded'
  | 'serverOverloaded'
  | 'modelNotFound'
  | 'internalServerError'
  | 'unauthorized'
  | 'badRequest'
  | 'sandboxError'
  | 'other'
  | { readonly httpConnectionFailed: { readonly httpStatusCode: number | null } }
  | { readonly responseStreamConnectionFailed: { readonly httpStatusCode: number | null } }
  | { readonly responseStreamDisconnected: { readonly httpStatusCode: number | null } }
  | { readonly responseTooManyFailedAttempts: { readonly httpStatusCode: number | null } };

function markerOf(error: unknown): unknown {
  return error instanceof Error && MARKER in error ? error[MARKER] : undefined;
}

/** Recognises a ProtocolError across bundles (a class identity does not survive being bundled twice). */
export function isProtocolError(error: unknown): error is ProtocolError {
  return markerOf(error) === 'protocol';
}

export function isConnectionLost(error: unknown): error is ConnectionLost {
  return markerOf(error) === 'connection';
}

export function isAgentError(error: unknown): error is AgentError {
  return markerOf(error) === 'agent';
}

/** The words of any thrown value, for a log line or a message to the user. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
