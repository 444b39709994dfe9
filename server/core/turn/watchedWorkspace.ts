// The folders in which a turn's commands may change something, remembered and compared together.
import { messageOf } from '../../protocol/errors.ts';
import { relativePath, resolvePath } from '../patch/paths.ts';
import type { Log, WorkspaceBaseline, WorkspaceChange, WorkspaceWatch } from '../ports.ts';
import type { Settings } from '../settings.ts';

/** The working folder and the other folders that the thread may write to; one inside of another is not watched twice. */
export function watchedRoots({ cwd, sandbox }: Pick<Settings, 'cwd' | 'sandbox'>): string[] {
  const more = sandbox.type === 'workspaceWrite' ? sandbox.writableRoots : [];
  const roots = [...new Set([cwd, ...more.filter((root) => root !== '').map((root) => resolvePath(cwd, root))])];
  return roots.filter((root) => !roots.some((other) => relativePath(other, root) !== null));
}

export class WatchedWorkspace {
  readonly #baselines: readonly WorkspaceBaseline[];
  readonly #unwatched: readonly string[];
  readonly #log: Log;

  private constructor(baselines: readonly WorkspaceBaseline[], unwatched: readonly string[], log: Log) {
    this.#baselines = baselines;
    this.#unwatched = unwatched;
    this.#log = log;
  }

  /** A folder that cannot be watched is left out. */
  static async remember(
    roots: readonly string[],
    parts: { readonly watch: WorkspaceWatch; readonly log: Log; readonly signal: AbortSignal },
  ): Promise<WatchedWorkspace> {
    const { watch, log, signal } = parts;
    const baselines: WorkspaceBaseline[] = [];
    const unwatched: string[] = [];
    for (const root of roots) {
      try {
        baselines.push(await watch.baseline(root, signal));
      } catch (error) {
        if (signal.aborted) break;
        unwatched.push(`What commands changed below ${root} is not known: it could not be watched.`);
        log.warn('A folder cannot be watched; the diff covers patches only there.', { root, reason: messageOf(error) });
      }
    }
    return new WatchedWorkspace(baselines, unwatched, log);
  }

  get limitations(): string[] {
    return [...this.#unwatched, ...this.#baselines.flatMap(({ limitation }) => limitation ?? [])];
  }

  /** What changed since the last call. */
  async changes(): Promise<WorkspaceChange[]> {
    const changes: WorkspaceChange[] = [];
    for (const baseline of this.#baselines) {
      try {
        changes.push(...(await baseline.changes(AbortSignal.any([]))));
      } catch (error) {
        this.#log.warn('The workspace could not be compared.', { reason: messageOf(error) });
      }
    }
    return changes;
  }
}
