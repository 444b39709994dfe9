// Checks who imports whom, by the rules of .dependency-cruiser.cjs, and that no source file was left unread.
import { cruise } from 'dependency-cruiser';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const ROOMS = ['server', 'src', 'webview-ui', 'test'];

/** Fewer modules than this in the whole house mean that the tool could not read them. */
export const MODULE_FLOOR = 250;

/**
 * @param {string} house the folder that holds the rooms
 * @param {number} [floor] the smallest credible number of modules
 * @returns {Promise<string[]>} one line for each fault; none if all is well
 */
export async function findBoundaryFaults(house = ROOT, floor = MODULE_FLOOR) {
  const rooms = ROOMS.filter((name) => existsSync(join(house, name)));
  const sources = rooms.flatMap((room) => sourcesIn(house, room));
  const { output } = await cruise(rooms, {
    ...rules.options,
    baseDir: house,
    ruleSet: { forbidden: rules.forbidden },
    validate: true,
  });
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`);
  const faults = output.summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${from} -> ${cycle?.map((step) => step.name).join(' -> ') ?? to}`,
  );
  const read = new Set(output.modules.map((module) => module.source));
  const unread = sources.filter((source) => !read.has(source));
  for (const source of unread) faults.push(`unread: ${source} was not seen by the boundary check`);
  const seen = sources.length - unread.length;
  if (seen < floor) faults.push(`too-few-modules: ${seen} read, at least ${floor} expected`);
  return faults;
}

/**
 * The source files of a room, as paths relative to the house.
 * @param {string} house
 * @param {string} room
 */
export function sourcesIn(house, room) {
  return readdirSync(join(house, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(house, '/').length).replaceAll('\\', '/'))
    .filter((path) => !path.includes('/node_modules/') && !path.includes('/fixtures/'));
}
