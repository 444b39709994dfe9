// The shared conversations, by what they are about.
import { APPROVALS } from './conversations/approvals.ts';
import { CONNECTIONS } from './conversations/connections.ts';
import { HISTORIES } from './conversations/histories.ts';
import { TURNS } from './conversations/turns.ts';
import type { Conversation } from './scene.ts';

export const CONVERSATIONS: readonly Conversation[] = [...CONNECTIONS, ...TURNS, ...APPROVALS, ...HISTORIES];
