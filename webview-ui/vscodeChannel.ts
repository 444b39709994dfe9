// The channel to the extension host: VS Code's own messages between a webview and its extension.
import type { Channel } from './bridge.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

export function vscodeChannel(): Channel {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    listen: (listener) => {
      const heard = ({ data }: MessageEvent<unknown>) => listener(data);
      window.addEventListener('message', heard);
      return () => window.removeEventListener('message', heard);
    },
    load: () => api.getState(),
    save: (state) => api.setState(state),
  };
}
