// Tells a user who looks elsewhere that approvals wait: once for each burst of them.
import { messageOf } from '../../server/protocol/errors.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import { Disposables, Emitter, type Disposable, type Event } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { ApprovalWording } from './choice.ts';
import { noticeCommand, runNotice, type DesktopNotice } from './desktopNotifier.ts';
import { byRisk } from './inboxRows.ts';

/** Requests that come within this time are told together. */
const BURST_MS = 600;

export interface AlertClock {
  after(delayMs: number, task: () => void): Disposable;
}

export const systemAlertClock: AlertClock = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

export interface AlertPorts {
  /** A question is put to the user for the first time. */
  readonly onDidAsk: Event<{ readonly request: ApprovalRequest }>;
  readonly isOpen: (request: ApprovalRequest) => boolean;
  readonly wording: (request: ApprovalRequest) => ApprovalWording;
  readonly isFocused: () => boolean;
  /** The extension runs on the machine that the user sits at, and the setting allows it. */
  readonly mayUseDesktop: () => boolean;
  /** Tells it in the editor. */
  readonly showInEditor: (requests: readonly ApprovalRequest[]) => void;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
  readonly clock?: AlertClock;
}

export class ApprovalAlerts implements Disposable {
  readonly #ports: AlertPorts;
  readonly #owned = new Disposables();
  readonly #told = new Emitter<'desktop' | 'editor'>();
  /** Those that were asked since the last alert. */
  #burst: ApprovalRequest[] = [];
  #timer: Disposable | null = null;
  #isDesktopUsable = true;

  /** An alert was shown, and where. */
  readonly onDidTell = this.#told.event;

  constructor(ports: AlertPorts) {
    this.#ports = ports;
    this.#owned.add(this.#told);
    this.#owned.add(ports.onDidAsk(({ request }) => this.#opened(request)));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#owned.dispose();
  }

  #opened(request: ApprovalRequest): void {
    this.#burst.push(request);
    this.#timer ??= (this.#ports.clock ?? systemAlertClock).after(BURST_MS, () => {
      this.#timer = null;
      void this.#tell(this.#burst.splice(0));
    });
  }

  async #tell(burst: readonly ApprovalRequest[]): Promise<void> {
    const { isOpen, isFocused, mayUseDesktop, showInEditor } = this.#ports;
    const waiting = burst.filter(isOpen);
    if (waiting.length === 0 || isFocused()) return;
    if (mayUseDesktop() && (await this.#showOnDesktop(waiting))) {
      this.#told.fire('desktop');
      return;
    }
    showInEditor(waiting.filter(isOpen));
    this.#told.fire('editor');
  }

  /** Whether it was shown. A program that is missing is missed once. */
  async #showOnDesktop(requests: readonly ApprovalRequest[]): Promise<boolean> {
    const { platform, log, wording } = this.#ports;
    if (!this.#isDesktopUsable) return false;
    const command = noticeCommand(platform, noticeOf(requests, wording));
    try {
      if (command === null) throw new Error(`no program is known for ${platform}.`);
      await runNotice(command);
      return true;
    } catch (error) {
      this.#isDesktopUsable = false;
      log.info(`Desktop notifications cannot be shown, those of the editor are used: ${messageOf(error)}`);
      return false;
    }
  }
}

/** How many wait, and the first line of what matters most. */
export function noticeOf(
  requests: readonly ApprovalRequest[],
  wordingOf: (request: ApprovalRequest) => ApprovalWording,
): DesktopNotice {
  const [first] = requests.map(wordingOf).toSorted(byRisk);
  const title =
    requests.length === 1 ? 'Bowline waits for an approval' : `Bowline waits for ${requests.length} approvals`;
  return { title, body: first === undefined ? '' : first.summary };
}
