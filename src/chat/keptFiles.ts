// Files that are kept from the model: which ones they are, and that none goes along with a message without a yes of its own.
import { basename, dirname, join, relative } from 'node:path';
import ignore from 'ignore';
import type { Attachment, KeptBy } from '../../server/protocol/chatBridge.ts';
import { ProtocolError } from '../../server/protocol/errors.ts';
import { BOWLINE_IGNORE, isKeptFile } from '../../server/protocol/keptFiles.ts';
import type { ClientRequestInput } from '../../server/protocol/methods.ts';

export interface KeptFilePorts {
  /** The text of a file; null when there is none to read. */
  readonly read: (path: string) => Promise<string | null>;
  /** The path without symbolic links; as it is when it cannot be followed. */
  readonly realPath: (path: string) => Promise<string>;
  /** Asks the user whether the file shall go to the model all the same. */
  readonly ask: (path: string, keptBy: KeptBy) => Promise<boolean>;
  readonly nowMs: () => number;
}

type IgnoreFile = Pick<ReturnType<typeof ignore>, 'ignores'>;

/** What stands in the ignore files is good for a moment of typing. */
const IGNORE_LIFE_MS = 5_000;

/** How a selection begins in the text that the model reads. */
const SELECTION = /^Selected lines of (.+):\d+-\d+\n/;

export class KeptFiles {
  readonly #ports: KeptFilePorts;
  readonly #ignoreFiles = new Map<string, { readonly file: Promise<IgnoreFile | null>; readonly atMs: number }>();
  /** Files that the user attached all the same, in this window. */
  readonly #agreed = new Set<string>();

  constructor(ports: KeptFilePorts) {
    this.#ports = ports;
  }

  /** Why the file is kept from the model; null when it is not. A link counts as what it leads to, too. */
  async keptBy(path: string): Promise<KeptBy | null> {
    const real = await this.#ports.realPath(path);
    return (await this.#keptName(path)) ?? (real === path ? null : await this.#keptName(real));
  }

  /** The attachments that may go along, those of kept files marked: the user is asked about each of them. */
  async allowed(attachments: readonly Attachment[]): Promise<Attachment[]> {
    const allowed: Attachment[] = [];
    for (const attachment of attachments) {
      const keptBy = attachment.type === 'image' ? null : await this.keptBy(attachment.path);
      if (keptBy === null || attachment.type === 'image') allowed.push(attachment);
      else if (await this.#agree(attachment.path, keptBy)) allowed.push({ ...attachment, keptBy });
    }
    return allowed;
  }

  /** Says of each file whether it is kept. */
  async marked<F extends { readonly path: string }>(files: readonly F[]): Promise<(F & { keptBy?: KeptBy })[]> {
    return await Promise.all(
      files.map(async (file) => {
        const keptBy = await this.#keptName(file.path);
        return keptBy === null ? file : { ...file, keptBy };
      }),
    );
  }

  /** Asks about every kept file that a message names and that nobody was asked about yet, such as in a draft of yesterday. */
  async checkInput(input: ClientRequestInput<'turn/start'>['input']): Promise<void> {
    for (const path of input.flatMap(pathsOf)) {
      const keptBy = await this.keptBy(path);
      if (keptBy === null || (await this.#agree(path, keptBy))) continue;
      throw new ProtocolError(
        'invalidRequest',
        `${basename(path)} is kept from the model. Take it off the message, then send it again.`,
      );
    }
  }

  async #agree(path: string, keptBy: KeptBy): Promise<boolean> {
    if (this.#agreed.has(path)) return true;
    const isAgreed = await this.#ports.ask(path, keptBy);
    if (isAgreed) this.#agreed.add(path);
    return isAgreed;
  }

  async #keptName(path: string): Promise<KeptBy | null> {
    if (isKeptFile(path)) return 'name';
    for (const folder of foldersAbove(path)) {
      const ignored = await this.#ignoreFile(folder);
      if (ignored?.ignores(relative(folder, path).replaceAll('\\', '/')) === true) return 'ignoreFile';
    }
    return null;
  }

  #ignoreFile(folder: string): Promise<IgnoreFile | null> {
    const nowMs = this.#ports.nowMs();
    const known = this.#ignoreFiles.get(folder);
    if (known !== undefined && nowMs - known.atMs < IGNORE_LIFE_MS) return known.file;
    const file = this.#ports
      .read(join(folder, BOWLINE_IGNORE))
      .then((text) => (text === null ? null : ignore().add(text)));
    this.#ignoreFiles.set(folder, { file, atMs: nowMs });
    return file;
  }
}

function pathsOf(part: ClientRequestInput<'turn/start'>['input'][number]): string[] {
  switch (part.type) {
    case 'mention':
    case 'localImage':
      return [part.path];
    case 'text': {
      const path = SELECTION.exec(part.text)?.[1];
      return path === undefined ? [] : [path];
    }
    default:
      return [];
  }
}

/** The folders that hold the file, nearest first. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); !folders.includes(at); at = dirname(at)) folders.push(at);
  return folders;
}
