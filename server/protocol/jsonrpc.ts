// The four message shapes of JSON-RPC as they stand on a line, without the `jsonrpc` member.

/** A request id: a string or an integer. Ids of the two directions are independent of each other. */
export type RequestId = string | number;

export interface JsonRpcRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params?: unknown;
}

export interface JsonRpcNotification {
  readonly method: string;
  readonly params?: unknown;
  /** Unix milliseconds at which the server emitted it; absent on notifications of a client. */
  readonly emittedAtMs?: number;
}

export interface JsonRpcResult {
  readonly id: RequestId;
  readonly result: unknown;
}

export interface JsonRpcError {
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResult | JsonRpcError;
