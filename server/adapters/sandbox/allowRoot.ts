// `[sandbox] allow_root` of the user's own config.toml: root of a bare machine may use the sandbox. No workspace and no client may say so.
import { join } from 'node:path';
import { isTable, valueAt } from '../../core/config/configTable.ts';
import { ConfigFile } from '../config/configFile.ts';

export function allowsRoot(home: string): boolean {
  const content = new ConfigFile(join(home, 'config.toml')).read();
  if (content.type !== 'table') return false;
  const table = valueAt(content.table, 'sandbox');
  return isTable(table) && valueAt(table, 'allow_root') === true;
}
