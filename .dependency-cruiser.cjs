// Who may import whom: each room of the house sees only the rooms in its row.

const ROOMS = '^(server|src|webview-ui|test)/';
const PROTOCOL = '^server/protocol/';
const RPC = '^server/rpc/';
const CORE = '^server/core/';
const ENTRIES = ['^server/main\\.ts$', '^src/extension\\.ts$', '^webview-ui/main\\.tsx$'];
// an editor provides it at run time; its types are all there is to resolve
const VSCODE = ['^vscode$', 'node_modules/@types/vscode/'];

/** A rule that lets the files under `path` import only each other and the rooms in `mayImport`. */
const room = (name, path, mayImport) => ({
  name: `room-${name}`,
  comment: `${name} may import nothing of the house but: ${mayImport.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path },
  to: { path: ROOMS, pathNot: [path, ...mayImport] },
});

/** A rule that lets the files under `path` use only the packages in `packages`. */
const libraries = (name, path, packages) => ({
  name: `libraries-${name}`,
  comment: `${name} may use no packages but: ${packages.join(', ')}`,
  severity: 'error',
  from: { path },
  to: { path: 'node_modules/', pathNot: packages.map((library) => `node_modules/${library}/`) },
});

module.exports = {
  forbidden: [
    room('protocol', PROTOCOL, []),
    room('rpc', RPC, [PROTOCOL]),
    room('core', CORE, [PROTOCOL]),
    room('tools', '^server/tools/', [CORE, PROTOCOL]),
    room('adapters', '^server/adapters/', [CORE, PROTOCOL]),
    room('app', '^server/app/', [CORE, RPC, PROTOCOL]),
    room('doors', '^server/doors/', [RPC, PROTOCOL]),
    room('protocolFiles', '^server/protocolFiles/', [PROTOCOL]),
    room('terminal', '^server/terminal/', [RPC, PROTOCOL]),
    room('gateway', '^server/gateway/', [RPC, PROTOCOL]),
    room('languageServer', '^server/languageServer/', [RPC, PROTOCOL]),
    room('server', '^server/', []),
    room('src', '^src/', [PROTOCOL, RPC]),
    room('webview-ui', '^webview-ui/', [PROTOCOL]),
    libraries('protocol', PROTOCOL, ['zod', 'diff']),
    libraries('core', CORE, ['diff', 'node-diff3', 'unbash']),
    {
      name: 'no-circular',
      comment: 'a circle, even of types alone, means that a noun lives in the wrong file',
      severity: 'error',
      from: { path: ROOMS },
      to: { circular: true },
    },
    {
      name: 'pure-no-node',
      comment: 'protocol, core and webview-ui reach the world through ports, never through Node',
      severity: 'error',
      from: { path: [PROTOCOL, CORE, '^webview-ui/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'vscode-only-in-src',
      comment: 'the server and the webview run without an editor',
      severity: 'error',
      from: { path: ROOMS, pathNot: ['^src/', '^test/(extension|unit/src)/'] },
      to: { path: VSCODE },
    },
    {
      name: 'reducer-types-only',
      comment: 'the reducer runs in the webview: it may know the schemas as types, but must not load zod',
      severity: 'error',
      from: { path: `${PROTOCOL}state/` },
      to: {
        path: [`${PROTOCOL}schema/`, `${PROTOCOL}(methods|define)\\.ts$`, 'node_modules/zod/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'webview-no-schemas',
      comment: 'zod stays out of the webview bundle: it knows the schemas as types alone',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: {
        path: [`${PROTOCOL}schema/`, `${PROTOCOL}(methods|define)\\.ts$`, 'node_modules/zod/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-dead-module',
      comment: 'a file that neither the product nor its tests from outside ever load',
      severity: 'error',
      from: { path: [...ENTRIES, '^test/(?!unit/|architecture/)'] },
      to: { path: '^(server|src|webview-ui)/', pathNot: [...ENTRIES, '\\.d\\.ts$'], reachable: false },
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: { path: ROOMS },
      to: { couldNotResolve: true, pathNot: VSCODE },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.json'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
