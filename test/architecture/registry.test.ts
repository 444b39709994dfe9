// Every method of the registry has a handler, a contract story and a line in the documentation.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesIn } from '../../scripts/boundaries.mjs';
import * as registry from '../../server/protocol/methods.ts';
import { protocolPage } from '../support/protocolPage.ts';
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
      names.filter((name) => !new RegExp(`['"\`]([<>] )?${name}['" ]`).test(stories)),
      [],
    );
  });

  it('has its lines in docs/protocol.md, as the registry tells them', () => {
    const page = protocolPage();
    equal(readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8'), page, 'Run: node test/support/protocolPage.ts');
    ok(names.every((name) => page.includes(`### \`${name}\``)));
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
