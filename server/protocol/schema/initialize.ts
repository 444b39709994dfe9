// The handshake: who the client is, what it can do, and what the server says of itself.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { TextRange } from './common.ts';

export const ClientInfo = lazy(() => z.object({ name: z.string(), title: z.string().nullish(), version: z.string() }));
export type ClientInfo = Infer<typeof ClientInfo>;

export const InitializeCapabilities = lazy(() =>
  z.object({
    experimentalApi: z.boolean().nullish(),
    /** Exact notification names that this connection does not want. */
    optOutNotificationMethods: z.array(z.string()).nullish(),
  }),
);
export type InitializeCapabilities = Infer<typeof InitializeCapabilities>;

export const InitializeParams = lazy(() =>
  z.object({ clientInfo: ClientInfo(), capabilities: InitializeCapabilities().nullish() }),
);
export type InitializeParams = Infer<typeof InitializeParams>;

/** `codexHome` is the protocol's name for the server's home folder. */
export const InitializeResult = lazy(() =>
  z.object({ userAgent: z.string(), codexHome: z.string(), platformFamily: z.string(), platformOs: z.string() }),
);
export type InitializeResult = Infer<typeof InitializeResult>;

/** A configuration file that could not be used, or a part of it. */
export const ConfigWarning = lazy(() =>
  z.object({
    summary: z.string(),
    details: z.string().nullable(),
    path: z.string().optional(),
    range: TextRange().optional(),
  }),
);
export type ConfigWarning = Infer<typeof ConfigWarning>;

/** `about` is Bowline's own: the thread has changed hands, which a client that shows who writes it need not say twice. */
export const Warning = lazy(() =>
  z.object({ threadId: z.string().nullish(), message: z.string(), about: z.literal('writer').nullish() }),
);
export type Warning = Infer<typeof Warning>;

export const DeprecationNotice = lazy(() => z.object({ summary: z.string(), details: z.string().nullable() }));
export type DeprecationNotice = Infer<typeof DeprecationNotice>;
