// Collects the licences of the packages that are bundled into the product.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';

const RULE = '-'.repeat(80);

// shipped as they are, not by way of a bundle
const SHIPPED_WHOLE = ['@vscode/codicons', '@vscode/ripgrep', 'bun'];

/**
 * The text of ThirdPartyNotices.txt.
 * @param {Iterable<string>} inputs paths of bundled files, relative to the repository
 */
export function thirdPartyNotices(inputs) {
  const names = new Set(SHIPPED_WHOLE);
  for (const path of inputs) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
    if (name !== undefined) names.add(name);
  }
  const parts = [...names].sort().map((name) => `${RULE}\n${notice(name)}\n`);
  return `Bowline contains the following works of others, under the licences given with each.\n\n${parts.join('\n')}`;
}

/** @param {string} name of an installed package */
function notice(name) {
  const folder = join(ROOT, 'node_modules', name);
  /** @type {{ version: string, license?: string, homepage?: string }} */
  const { version, license = 'see below', homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const title = `${name} ${version} (${license})${homepage === undefined ? '' : `\n${homepage}`}`;
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [title, ...texts].join('\n\n');
}
