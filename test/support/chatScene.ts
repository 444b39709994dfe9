// One state of the chat page: what it is shown with, and what is done to get there.
import type { ChatOptions, ChatPage } from './chatPage.ts';

export type Scene = { readonly options: ChatOptions; readonly act?: (chat: ChatPage) => Promise<void> };

export const scene = (
  snapshot: ChatOptions['snapshot'],
  more: Partial<ChatOptions> & Pick<Scene, 'act'> = {},
): Scene => {
  const { act, ...options } = more;
  return { options: { snapshot, ...options }, ...(act !== undefined && { act }) };
};
