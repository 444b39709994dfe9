// Shows the messages of a connection to someone who wants to see them, without the secrets in them.
import type { JsonRpcError, JsonRpcMessage } from '../../server/protocol/jsonrpc.ts';
import type { Transport } from '../../server/rpc/transport.ts';

export type TraceLevel = 'off' | 'messages' | 'verbose';

/** Where the trace goes, and how much of it is wanted right now. */
export interface TraceSink {
  readonly level: () => TraceLevel;
  readonly write: (line: string) => void;
}

const SECRET_NAME = /^(?:api_?key|.*token|authorization|password|secret|env_key_value)$/i;
const SECRET_TEXT = /\bsk-[A-Za-z0-9_-]{8,}/g;
const TOKEN_COUNT = /tokens$|usage$/i;
/** What the user answers to a question may be a secret, and the answer does not say so. */
const ANSWERS = 'answers';

/** The same transport; what passes it is written to the sink. */
export function tracedTransport(transport: Transport, sink: TraceSink): Transport {
  const trace = (arrow: string, message: JsonRpcMessage | JsonRpcError): void => {
    const level = sink.level();
    if (level !== 'off') sink.write(`${arrow} ${traceLine(message, level)}`);
  };
  return {
    listen: (events) =>
      transport.listen({
        ...events,
        message: (message, bytes) => {
          trace('<-', message);
          events.message(message, bytes);
        },
        closed: () => events.closed(),
        fault: (fault) => events.fault(fault),
      }),
    send: (message) => {
      trace('->', message);
      transport.send(message);
    },
    pause: () => transport.pause(),
    resume: () => transport.resume(),
    get backlogBytes() {
      return transport.backlogBytes;
    },
    whenDrained: (listener) => transport.whenDrained(listener),
    close: () => transport.close(),
    abort: () => transport.abort(),
  };
}

/** A message as one line: its kind alone, or the whole of it. */
export function traceLine(message: JsonRpcMessage | JsonRpcError, level: 'messages' | 'verbose'): string {
  if (level === 'verbose') return JSON.stringify(withoutSecrets(message));
  if ('method' in message) return 'id' in message ? `request ${message.method} #${message.id}` : message.method;
  if ('error' in message) return `error #${message.id}: ${message.error.code} ${redact(message.error.message)}`;
  return `result #${message.id}`;
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSecret = typeof member === 'string' && SECRET_NAME.test(name) && !TOKEN_COUNT.test(name);
      return [name, isSecret || name === ANSWERS ? '***' : withoutSecrets(member)];
    }),
  );
}

function redact(text: string): string {
  return text.replace(SECRET_TEXT, 'sk-***');
}
