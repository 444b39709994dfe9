// The chat's place in the side bar: holds the webview, rebuilds it from state, and brings it to the front.
import * as vscode from 'vscode';
import type { Attachment, HostMessage, ItemPlace } from '../../server/protocol/chatBridge.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ChatBridge } from './bridge.ts';
import { pageHtml } from './pageHtml.ts';
import type { ShownThread } from './shownThread.ts';

/** What other rooms may do with the chat. */
export interface ChatControl {
  /** null: a new conversation is shown. */
  readonly shownThreadId: string | null;
  readonly isVisible: boolean;
  /** Shows a thread and brings the chat to the front. */
  show(threadId: string | null): Promise<void>;
  /** Brings the chat to the front with the cursor in the composer. */
  focus(): Promise<void>;
  attach(attachment: Attachment): Promise<void>;
  /** Brings an item of the thread on screen into sight. */
  showItem(place: ItemPlace): Promise<void>;
  /** Brings an open question of the thread on screen into sight. */
  showQuestion(requestId: RequestId): Promise<void>;
  /** Shows what the model sees in the newest turn of the thread on screen. */
  showContext(): Promise<void>;
}

export interface ChatViewPorts {
  readonly extensionUri: vscode.Uri;
  readonly shown: ShownThread;
  /** Makes the bridge of one page; loaded only when there is a page. */
  readonly connect: (post: (message: HostMessage) => void) => Promise<ChatBridge>;
  readonly log: vscode.LogOutputChannel;
}

export class ChatView implements vscode.WebviewViewProvider, ChatControl, vscode.Disposable {
  static readonly viewId = 'bowline.chat';
  readonly #ports: ChatViewPorts;
  readonly #registration: vscode.Disposable;
  #view: vscode.WebviewView | null = null;
  #bridge: ChatBridge | null = null;
  /** What the page shall hear when it comes up. */
  #waiting: HostMessage[] = [];

  constructor(ports: ChatViewPorts) {
    this.#ports = ports;
    this.#registration = vscode.window.registerWebviewViewProvider(ChatView.viewId, this);
  }

  get shownThreadId(): string | null {
    return this.#ports.shown.id;
  }

  /** Whether there is a page, visible or not. */
  get isOpen(): boolean {
    return this.#bridge !== null;
  }

  get isVisible(): boolean {
    return this.#view?.visible === true;
  }

  async show(threadId: string | null): Promise<void> {
    await this.#ports.shown.show(threadId);
    await this.focus();
  }

  async focus(): Promise<void> {
    await vscode.commands.executeCommand('bowline.chat.focus');
    this.#say({ kind: 'focusComposer' });
  }

  async attach(attachment: Attachment): Promise<void> {
    await vscode.commands.executeCommand('bowline.chat.focus');
    this.#say({ kind: 'attach', attachment });
  }

  async showContext(): Promise<void> {
    await vscode.commands.executeCommand('bowline.chat.focus');
    this.#say({ kind: 'showContext' });
  }

  async showQuestion(requestId: RequestId): Promise<void> {
    await vscode.commands.executeCommand('bowline.chat.focus');
    this.#say({ kind: 'showQuestion', requestId });
  }

  async showItem(place: ItemPlace): Promise<void> {
    await vscode.commands.executeCommand('bowline.chat.focus');
    this.#say({ kind: 'showItem', ...place });
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    const { extensionUri, connect, log } = this.#ports;
    const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    this.#view = view;
    view.onDidDispose(() => this.#leave(view));
    view.onDidChangeVisibility(() => {
      if (!view.visible && this.#view === view) this.#bridge?.pageLeft();
    });
    try {
      const bridge = await connect((message) => void webview.postMessage(message));
      // the view may have been closed while the code behind it was loaded
      if (this.#view !== view) return bridge.dispose();
      this.#bridge = bridge;
      for (const message of this.#waiting.splice(0)) bridge.say(message);
      webview.onDidReceiveMessage((message: unknown) => bridge.receive(message));
      const address = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
      webview.html = pageHtml({
        cspSource: webview.cspSource,
        script: address('chat.js'),
        style: address('chat.css'),
        codicons: address('codicon.css'),
      });
    } catch (error) {
      log.error(`The chat could not be opened: ${messageOf(error)}`);
      throw error;
    }
  }

  dispose(): void {
    this.#bridge?.dispose();
    this.#registration.dispose();
  }

  #say(message: HostMessage): void {
    if (this.#bridge === null) this.#waiting.push(message);
    else this.#bridge.say(message);
  }

  #leave(view: vscode.WebviewView): void {
    if (this.#view !== view) return;
    this.#bridge?.dispose();
    this.#bridge = null;
    this.#view = null;
  }
}
