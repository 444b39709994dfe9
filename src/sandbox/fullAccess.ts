// The user's consent to commands that nothing contains: asked for once per workspace, before the first of them could run.
import { Emitter, type Disposable } from '../emitter.ts';

export interface FullAccessPorts {
  /** Where the consent of this workspace is kept. */
  readonly memory: { readonly load: () => boolean; readonly save: (isAllowed: boolean) => PromiseLike<void> };
  /** Says what it means, and asks. */
  readonly ask: () => Promise<boolean>;
  /** Says that the agent goes on within the workspace. */
  readonly tellDeclined: () => void;
}

export class FullAccess implements Disposable {
  readonly #ports: FullAccessPorts;
  readonly #changed = new Emitter<void>();
  /** The question that is on screen; it is not put twice at once. */
  #asking: Promise<boolean> | null = null;
  /** A no holds until the window is reloaded or another choice is made in the settings. */
  #isDeclined = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: FullAccessPorts) {
    this.#ports = ports;
  }

  get isDeclined(): boolean {
    return this.#isDeclined;
  }

  /** Whether the user consents; false means: stay within the workspace. */
  async allows(): Promise<boolean> {
    if (this.#ports.memory.load()) return true;
    if (this.#isDeclined) return false;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return await this.#asking;
  }

  /** The setting was chosen anew: what was declined before is asked again. */
  askAgain(): void {
    this.#isDeclined = false;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #ask(): Promise<boolean> {
    const isAllowed = await this.#ports.ask();
    if (isAllowed) await this.#ports.memory.save(true);
    else {
      this.#isDeclined = true;
      this.#ports.tellDeclined();
    }
    this.#changed.fire();
    return isAllowed;
  }
}
