// A folder's whole content as one value, for comparing byte by byte and mode by mode.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Relative path -> what lies there, with permissions and content. Times are left out. */
export function treeState(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) {
        found[path] = `folder ${mode}`;
        look(path);
      } else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
      else if (stat.isFile()) found[path] = `${mode} ${contentOf(join(root, path))}`;
      else found[path] = 'other';
    }
  };
  look('');
  return found;
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return bytes.length < 200 && !bytes.includes(0) ? JSON.stringify(bytes.toString()) : hash;
}
