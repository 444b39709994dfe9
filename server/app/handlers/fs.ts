// Files for the client itself, by absolute paths and with the rights of the user: not sandboxed, and nothing of it reaches the model.
import { isAbsolute, resolve } from 'node:path';
import { base64Problem } from '../../core/client/base64.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FileWatches } from '../fileWatches.ts';
import { orIoFailure } from '../ioFailure.ts';
import type { Handler } from '../requestContext.ts';

export const fsReadFile: Handler<'fs/readFile'> = async ({ app }, params) => {
  const path = absolute(params.path);
  const bytes = await orIoFailure(path, (await app.hostFiles()).read(path));
  return { dataBase64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
};

export const fsWriteFile: Handler<'fs/writeFile'> = async ({ app }, params) => {
  const path = absolute(params.path);
  const problem = base64Problem(params.dataBase64);
  if (problem !== null)
    throw new ProtocolError('invalidRequest', `fs/writeFile requires valid base64 in dataBase64: ${problem}`, {
      kind: 'invalidBase64',
    });
  await orIoFailure(path, (await app.hostFiles()).write(path, Buffer.from(params.dataBase64, 'base64')));
  return {};
};

export const fsCreateDirectory: Handler<'fs/createDirectory'> = async ({ app }, params) => {
  const path = absolute(params.path);
  await orIoFailure(path, (await app.hostFiles()).createDirectory(path, params.recursive ?? true));
  return {};
};

export const fsGetMetadata: Handler<'fs/getMetadata'> = async ({ app }, params) => {
  const path = absolute(params.path);
  return await orIoFailure(path, (await app.hostFiles()).metadata(path));
};

export const fsReadDirectory: Handler<'fs/readDirectory'> = async ({ app }, params) => {
  const path = absolute(params.path);
  return { entries: await orIoFailure(path, (await app.hostFiles()).list(path)) };
};

export const fsRemove: Handler<'fs/remove'> = async ({ app }, params) => {
  const path = absolute(params.path);
  const how = { isRecursive: params.recursive ?? true, isForced: params.force ?? true };
  await orIoFailure(path, (await app.hostFiles()).remove(path, how));
  return {};
};

export const fsCopy: Handler<'fs/copy'> = async ({ app }, params) => {
  const source = absolute(params.sourcePath, 'sourcePath');
  const destination = absolute(params.destinationPath, 'destinationPath');
  await orIoFailure(source, (await app.hostFiles()).copy(source, destination, params.recursive));
  return {};
};

export const fsWatch: Handler<'fs/watch'> = async ({ app, connection }, params) => {
  const path = absolute(params.path);
  await orIoFailure(path, FileWatches.of(connection).add(params.watchId, path, await app.hostFiles()));
  return { path };
};

export const fsUnwatch: Handler<'fs/unwatch'> = ({ connection }, params) => {
  FileWatches.of(connection).remove(params.watchId);
  return Promise.resolve({});
};

/** Without `..` and a slash at its end: `link/` would be what the link leads to. */
function absolute(path: string, member = 'path'): string {
  if (isAbsolute(path) && !path.includes('\0')) return resolve(path);
  throw new ProtocolError('invalidRequest', `Invalid request: \`${member}\` must be an absolute path`, {
    kind: 'pathNotAbsolute',
    data: { path: member },
  });
}
