// Merging tables, dotted paths, and where values came from.
import { deepEqual } from 'node:assert/strict';
import {
  mergeLayers,
  setPath,
  splitPath,
  withOverrides,
  type TableLayer,
} from '../../../../server/core/config/configTable.ts';
import { shownConfig } from '../../../../server/core/config/shownConfig.ts';

const user = (config: TableLayer['config']): TableLayer => ({ name: { type: 'user' }, version: 'u', config });
const session = (config: TableLayer['config']): TableLayer => ({
  name: { type: 'sessionFlags' },
  version: 's',
  config,
});

describe('configuration tables', () => {
  it('merge key by key, stronger layers last', () => {
    const { config, origins } = mergeLayers([
      user({ model: 'a', list: [1, 2], sandbox_workspace_write: { network_access: true, writable_roots: ['/x'] } }),
      session({ model: 'b', list: [3], sandbox_workspace_write: { network_access: false } }),
    ]);
    deepEqual(config, {
      model: 'b',
      list: [3],
      sandbox_workspace_write: { network_access: false, writable_roots: ['/x'] },
    });
    const from = (type: string) => Object.keys(origins).filter((path) => origins[path]?.name['type'] === type);
    deepEqual(from('sessionFlags').sort(), ['list', 'model', 'sandbox_workspace_write.network_access']);
    deepEqual(from('user'), ['sandbox_workspace_write.writable_roots']);
  });

  it('forget where values came from that a stronger layer replaced as a whole', () => {
    const { config, origins } = mergeLayers([user({ a: { b: 1, c: 2 }, d: 1 }), session({ a: 5, d: { e: 1 } })]);
    deepEqual(config, { a: 5, d: { e: 1 } });
    deepEqual(Object.keys(origins).sort(), ['a', 'd.e']);
  });

  const paths: [string, string[]][] = [
    ['model', ['model']],
    ['model_providers.mock.base_url', ['model_providers', 'mock', 'base_url']],
    ['projects."/home/me/my.project".trust_level', ['projects', '/home/me/my.project', 'trust_level']],
    ["projects.'/a.b'.x", ['projects', '/a.b', 'x']],
    ['a. b .c', ['a', 'b', 'c']],
    ['', []],
  ];
  for (const [path, parts] of paths) it(`split ${path || 'nothing'}`, () => deepEqual(splitPath(path), parts));

  it('take dotted overrides of a client', () => {
    const config = { model: 'a', tools: { x: 1 } };
    deepEqual(withOverrides(config, { 'tools.y': 2, model: 'b', 'new.deep.key': true }), {
      model: 'b',
      tools: { x: 1, y: 2 },
      new: { deep: { key: true } },
    });
    deepEqual(config, { model: 'a', tools: { x: 1 } }, 'nothing is changed in place');
  });

  it('keep names that every object knows as plain keys', () => {
    const table = setPath({}, ['__proto__', 'polluted'], true);
    deepEqual(Object.keys(table), ['__proto__']);
    deepEqual('polluted' in {}, false);
    deepEqual(withOverrides({}, { 'constructor.prototype.x': 1 }), { constructor: { prototype: { x: 1 } } });
  });

  it('are shown without secrets, known keys as null', () => {
    const config = {
      model: 'm',
      approval_policy: 'on-failure',
      model_providers: { x: { experimental_bearer_token: 'sk-1', http_headers: { Authorization: 'sk-2' }, name: 'X' } },
    };
    deepEqual(shownConfig(config, ['model', 'model_provider']), {
      model: 'm',
      model_provider: null,
      approval_policy: 'on-request',
      model_providers: {
        x: { experimental_bearer_token: '(hidden)', http_headers: { Authorization: '(hidden)' }, name: 'X' },
      },
    });
  });
});
