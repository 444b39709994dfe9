// Files in memory, with links and faults, for tests of what is built on the Files port.
import type { Files, FileStat } from '../../server/core/ports.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Keys are absolute paths of files; folders are there while they are made or hold a file. */
export class MemoryFiles implements Files {
  readonly content = new Map<string, Uint8Array>();
  readonly modes = new Map<string, number>();
  readonly folders = new Set<string>(['/']);
  /** Link to target, both absolute. */
  readonly links = new Map<string, string>();
  /** Called before each write and removal; what it throws is the system's error. */
  beforeChange: (path: string, what: 'write' | 'remove') => void = () => undefined;
  /** Called after each read. */
  afterRead: (path: string) => void = () => undefined;

  constructor(texts: Record<string, string | Uint8Array> = {}) {
    for (const [path, text] of Object.entries(texts)) this.put(path, text);
  }

  put(path: string, text: string | Uint8Array): void {
    this.#makeFolders(path);
    this.content.set(path, typeof text === 'string' ? encoder.encode(text) : text);
  }

  /** All files as texts, for comparing with deepEqual. */
  texts(): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const [path, bytes] of this.content) texts[path] = decoder.decode(bytes);
    return texts;
  }

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.content.get(await this.realPath(path));
    if (bytes === undefined) throw systemError('ENOENT', path);
    this.afterRead(path);
    return bytes;
  }

  async write(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
    this.beforeChange(path, 'write');
    const real = await this.realPath(path);
    this.#makeFolders(real);
    this.content.set(real, bytes);
    if (mode !== undefined) this.modes.set(real, mode);
  }

  async remove(path: string): Promise<void> {
    this.beforeChange(path, 'remove');
    if (this.links.delete(path)) return;
    if (!this.content.delete(path)) throw systemError('ENOENT', path);
  }

  async removeEmptyFolder(path: string): Promise<boolean> {
    const isEmpty = [...this.content.keys(), ...this.folders].every((other) => !other.startsWith(`${path}/`));
    return isEmpty && this.folders.delete(path);
  }

  async stat(path: string): Promise<FileStat | null> {
    const real = await this.realPath(path);
    const bytes = this.content.get(real);
    const mode = this.modes.get(real) ?? 0o644;
    if (bytes !== undefined) return { kind: 'file', size: bytes.length, modifiedAtMs: 0, mode, links: 1 };
    return this.folders.has(real) ? { kind: 'directory', size: 0, modifiedAtMs: 0, mode: 0o755, links: 1 } : null;
  }

  async list(path: string): Promise<{ readonly name: string; readonly kind: 'file' | 'directory' }[]> {
    const children = (paths: Iterable<string>): string[] =>
      [...paths].filter((other) => other.startsWith(`${path}/`) && !other.slice(path.length + 1).includes('/'));
    const named = (kind: 'file' | 'directory') => (child: string) => ({ name: child.slice(path.length + 1), kind });
    return [...children(this.content.keys()).map(named('file')), ...children(this.folders).map(named('directory'))];
  }

  async realPath(path: string): Promise<string> {
    for (const [link, target] of this.links) {
      if (path === link) return this.realPath(target);
      if (path.startsWith(`${link}/`)) return this.realPath(target + path.slice(link.length));
    }
    return path;
  }

  #makeFolders(path: string): void {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      this.folders.add(path.slice(0, end));
  }
}
