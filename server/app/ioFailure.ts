// A failure of the operating system as an error of the protocol: in the system's own words, with its code beside them.
import { constants } from 'node:os';
import { messageOf, ProtocolError } from '../protocol/errors.ts';

/** What the C library says of the codes that clients meet; the others are told as the runtime tells them. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  EMFILE: 'Too many open files',
  EBUSY: 'Device or resource busy',
};

/** Waits for `work`. A failure of the system becomes ProtocolError internalError `ioFailure` with `data.code` and `data.path`. */
export async function orIoFailure<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
    if (code === null) throw error;
    throw new ProtocolError('internalError', wordsOf(code, error), {
      kind: 'ioFailure',
      data: { code, path },
      cause: error,
    });
  }
}

function wordsOf(code: string, error: unknown): string {
  const words = WORDS[code];
  if (words === undefined) return messageOf(error);
  const number = Object.entries(constants.errno).find(([name]) => name === code)?.[1];
  return number === undefined ? words : `${words} (os error ${number})`;
}
