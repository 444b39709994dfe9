// Every method of the registry has a handler, a contract story and a line in the documentation.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesIn } from '../../scripts/boundaries.mjs';
import * as registry from '../../server/protocol/methods.ts';
import { ROOT } from './house.ts';

const requests = Object.keys(registry.clientRequests);
const names = [
  ...requests,
  ...Object.keys(registry.serverRequests),
  ...Object.keys(registry.serverNotifications),
  ...Object.keys(registry.clientNotifications),
];

describe('every method of the registry', () => {
  it('is bound once', () => {
    ok(names.length > 20);
    equal(new Set(names).size, names.length);
  });

  it('has a handler of its own name, if it is a request', () => {
    const handlers = textOf('server/app', /^server\/app\/handlers\//);
    deepEqual(
      requests.filter((name) => !new RegExp(`\\b(?:function|const) ${camelCase(name)}\\b`).test(handlers)),
      [],
    );
  });

  it('has a contract story', () => {
    const stories = textOf('test', /^test\/contract\//);
    deepEqual(
      names.filter((name) => !stories.includes(`'${name}'`)),
      [],
    );
  });

  it('has a line in docs/protocol.md', function () {
    const page = join(ROOT, 'docs/protocol.md');
    if (!existsSync(page)) this.skip();
    const text = readFileSync(page, 'utf8');
    deepEqual(
      names.filter((name) => !text.includes(`\`${name}\``)),
      [],
    );
  });
});

/** The text of all source files of a room whose path matches. */
function textOf(room: string, pattern: RegExp): string {
  return sourcesIn(ROOT, room)
    .filter((path) => pattern.test(path))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
}

function camelCase(method: string): string {
  return method.replaceAll(/\/(\w)/g, (_slash, letter: string) => letter.toUpperCase());
}
