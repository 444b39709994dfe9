// Finds the handler of a request, checks its params, and keeps the requests of one thread in order.
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestLine } from '../protocol/define.ts';
import { clientRequests, type ClientRequestMethod } from '../protocol/methods.ts';
import { isNotOffered } from '../protocol/notOffered.ts';
import type { IncomingRequest } from '../rpc/incoming.ts';
import { parseRequest } from '../rpc/peer.ts';
import { initialize } from './handlers/initialize.ts';
import type { Handler, RequestContext } from './requestContext.ts';
import { ThreadQueue } from './threadQueue.ts';

interface Bound {
  readonly scope: RequestLine['scope'];
  readonly isExperimental: boolean;
  /** Checks the params; the returned function answers. */
  prepare(params: unknown): { readonly threadId: string | null; answer(context: RequestContext): Promise<unknown> };
}

/** Handlers are loaded at the first use of their group, so that the handshake loads none of them. */
const lifecycle = () => import('./handlers/threadLifecycle.ts');
const forking = () => import('./handlers/threadFork.ts');
const importing = () => import('./handlers/threadImport.ts');
const reading = () => import('./handlers/threadRead.ts');
const items = () => import('./handlers/threadItems.ts');
const searching = () => import('./handlers/threadSearch.ts');
const timeline = () => import('./handlers/threadTimeline.ts');
const notes = () => import('./handlers/threadNotes.ts');
const sections = () => import('./handlers/threadSections.ts');
const attachments = () => import('./handlers/threadAttachments.ts');
const reverting = () => import('./handlers/threadRevert.ts');
const shelf = () => import('./handlers/threadShelf.ts');
const compaction = () => import('./handlers/compaction.ts');
const injection = () => import('./handlers/injection.ts');
const terminals = () => import('./handlers/terminal.ts');
const review = () => import('./handlers/review.ts');
const turns = () => import('./handlers/turn.ts');
const safety = () => import('./handlers/safety.ts');
const turnContext = () => import('./handlers/turnContext.ts');
const checkpoints = () => import('./handlers/checkpoint.ts');
const rules = () => import('./handlers/rules.ts');
const settings = () => import('./handlers/threadSettings.ts');
const promptQueue = () => import('./handlers/threadQueue.ts');
const goalHandlers = () => import('./handlers/threadGoal.ts');
const server = () => import('./handlers/server.ts');
const configuration = () => import('./handlers/config.ts');
const files = () => import('./handlers/fs.ts');
const command = () => import('./handlers/command.ts');
const fileSearch = () => import('./handlers/fileSearch.ts');
const providers = () => import('./handlers/modelProvider.ts');
const skills = () => import('./handlers/skills.ts');
const features = () => import('./handlers/features.ts');
const mcp = () => import('./handlers/mcp.ts');

const TABLE: Readonly<Record<ClientRequestMethod, Bound>> = {
  initialize: bind('initialize', () => initialize),
  'thread/start': bind('thread/start', async () => (await lifecycle()).threadStart),
  'thread/resume': bind('thread/resume', async () => (await lifecycle()).threadResume),
  'thread/fork': bind('thread/fork', async () => (await forking()).threadFork),
  'thread/unsubscribe': bind('thread/unsubscribe', async () => (await lifecycle()).threadUnsubscribe),
  'thread/archive': bind('thread/archive', async () => (await shelf()).threadArchive),
  'thread/unarchive': bind('thread/unarchive', async () => (await shelf()).threadUnarchive),
  'thread/delete': bind('thread/delete', async () => (await shelf()).threadDelete),
  'thread/name/set': bind('thread/name/set', async () => (await shelf()).threadNameSet),
  'thread/release': bind('thread/release', async () => (await import('./handlers/threadRelease.ts')).threadRelease),
  'thread/import/detect': bind('thread/import/detect', async () => (await importing()).threadImportDetect),
  'thread/import/start': bind('thread/import/start', async () => (await importing()).threadImportStart),
  'thread/import/stop': bind('thread/import/stop', async () => (await importing()).threadImportStop),
  'thread/list': bind('thread/list', async () => (await reading()).threadList),
  'thread/loaded/list': bind('thread/loaded/list', async () => (await reading()).threadLoadedList),
  'thread/read': bind('thread/read', async () => (await reading()).threadRead),
  'thread/turns/list': bind('thread/turns/list', async () => (await reading()).threadTurnsList),
  'thread/items/list': bind('thread/items/list', async () => (await items()).threadItemsList),
  'thread/items/read': bind('thread/items/read', async () => (await items()).threadItemsRead),
  'thread/compact/start': bind('thread/compact/start', async () => (await compaction()).threadCompactStart),
  'thread/settings/update': bind('thread/settings/update', async () => (await settings()).threadSettingsUpdate),
  'thread/search': bind('thread/search', async () => (await searching()).threadSearch),
  'thread/searchOccurrences': bind('thread/searchOccurrences', async () => (await searching()).threadSearchOccurrences),
  'thread/timeline/list': bind('thread/timeline/list', async () => (await timeline()).threadTimelineList),
  'thread/readState/update': bind('thread/readState/update', async () => (await notes()).threadReadStateUpdate),
  'thread/metadata/update': bind('thread/metadata/update', async () => (await notes()).threadMetadataUpdate),
  'threadSection/list': bind('threadSection/list', async () => (await sections()).threadSectionList),
  'threadSection/create': bind('threadSection/create', async () => (await sections()).threadSectionCreate),
  'threadSection/update': bind('threadSection/update', async () => (await sections()).threadSectionUpdate),
  'threadSection/delete': bind('threadSection/delete', async () => (await sections()).threadSectionDelete),
  'thread/section/move': bind('thread/section/move', async () => (await sections()).threadSectionMove),
  'thread/attachment/add': bind('thread/attachment/add', async () => (await attachments()).threadAttachmentAdd),
  'thread/attachment/list': bind('thread/attachment/list', async () => (await attachments()).threadAttachmentList),
  'thread/attachment/remove': bind(
    'thread/attachment/remove',
    async () => (await attachments()).threadAttachmentRemove,
  ),
  'thread/attachmentOwner/list': bind(
    'thread/attachmentOwner/list',
    async () => (await attachments()).threadAttachmentOwnerList,
  ),
  'thread/revert': bind('thread/revert', async () => (await reverting()).threadRevert),
  'thread/rollback': bind('thread/rollback', async () => (await reverting()).threadRollback),
  'thread/shellCommand': bind('thread/shellCommand', async () => (await terminals()).threadShellCommand),
  'thread/inject_items': bind('thread/inject_items', async () => (await injection()).threadInject_items),
  'thread/backgroundTerminals/list': bind(
    'thread/backgroundTerminals/list',
    async () => (await terminals()).threadBackgroundTerminalsList,
  ),
  'thread/backgroundTerminals/clean': bind(
    'thread/backgroundTerminals/clean',
    async () => (await terminals()).threadBackgroundTerminalsClean,
  ),
  'thread/backgroundTerminals/terminate': bind(
    'thread/backgroundTerminals/terminate',
    async () => (await terminals()).threadBackgroundTerminalsTerminate,
  ),
  'thread/queue/add': bind('thread/queue/add', async () => (await promptQueue()).threadQueueAdd),
  'thread/queue/list': bind('thread/queue/list', async () => (await promptQueue()).threadQueueList),
  'thread/queue/update': bind('thread/queue/update', async () => (await promptQueue()).threadQueueUpdate),
  'thread/queue/delete': bind('thread/queue/delete', async () => (await promptQueue()).threadQueueDelete),
  'thread/queue/reorder': bind('thread/queue/reorder', async () => (await promptQueue()).threadQueueReorder),
  'thread/queue/start': bind('thread/queue/start', async () => (await promptQueue()).threadQueueStart),
  'review/start': bind('review/start', async () => (await review()).reviewStart),
  'thread/goal/set': bind('thread/goal/set', async () => (await goalHandlers()).threadGoalSet),
  'thread/goal/get': bind('thread/goal/get', async () => (await goalHandlers()).threadGoalGet),
  'thread/goal/clear': bind('thread/goal/clear', async () => (await goalHandlers()).threadGoalClear),
  'turn/start': bind('turn/start', async () => (await turns()).turnStart),
  'turn/steer': bind('turn/steer', async () => (await turns()).turnSteer),
  'turn/interrupt': bind('turn/interrupt', async () => (await turns()).turnInterrupt),
  'model/list': bind('model/list', async () => (await server()).modelList),
  'config/read': bind('config/read', async () => (await configuration()).configRead),
  'config/value/write': bind('config/value/write', async () => (await configuration()).configValueWrite),
  'config/batchWrite': bind('config/batchWrite', async () => (await configuration()).configBatchWrite),
  'account/read': bind('account/read', async () => (await server()).accountRead),
  'account/login/start': bind('account/login/start', async () => (await server()).accountLoginStart),
  'account/logout': bind('account/logout', async () => (await server()).accountLogout),
  'fs/readFile': bind('fs/readFile', async () => (await files()).fsReadFile),
  'fs/writeFile': bind('fs/writeFile', async () => (await files()).fsWriteFile),
  'fs/createDirectory': bind('fs/createDirectory', async () => (await files()).fsCreateDirectory),
  'fs/getMetadata': bind('fs/getMetadata', async () => (await files()).fsGetMetadata),
  'fs/readDirectory': bind('fs/readDirectory', async () => (await files()).fsReadDirectory),
  'fs/remove': bind('fs/remove', async () => (await files()).fsRemove),
  'fs/copy': bind('fs/copy', async () => (await files()).fsCopy),
  'fs/watch': bind('fs/watch', async () => (await files()).fsWatch),
  'fs/unwatch': bind('fs/unwatch', async () => (await files()).fsUnwatch),
  'command/exec': bind('command/exec', async () => (await command()).commandExec),
  'command/exec/write': bind('command/exec/write', async () => (await command()).commandExecWrite),
  'command/exec/terminate': bind('command/exec/terminate', async () => (await command()).commandExecTerminate),
  'command/exec/resize': bind('command/exec/resize', async () => (await command()).commandExecResize),
  'process/spawn': bind('process/spawn', async () => (await command()).processSpawn),
  'process/writeStdin': bind('process/writeStdin', async () => (await command()).processWriteStdin),
  'process/kill': bind('process/kill', async () => (await command()).processKill),
  'process/resizePty': bind('process/resizePty', async () => (await command()).processResizePty),
  fuzzyFileSearch: bind('fuzzyFileSearch', async () => (await fileSearch()).fuzzyFileSearch),
  'fuzzyFileSearch/sessionStart': bind(
    'fuzzyFileSearch/sessionStart',
    async () => (await fileSearch()).fuzzyFileSearchSessionStart,
  ),
  'fuzzyFileSearch/sessionUpdate': bind(
    'fuzzyFileSearch/sessionUpdate',
    async () => (await fileSearch()).fuzzyFileSearchSessionUpdate,
  ),
  'fuzzyFileSearch/sessionStop': bind(
    'fuzzyFileSearch/sessionStop',
    async () => (await fileSearch()).fuzzyFileSearchSessionStop,
  ),
  'account/rateLimits/read': bind('account/rateLimits/read', async () => (await server()).accountRateLimitsRead),
  'modelProvider/list': bind('modelProvider/list', async () => (await providers()).modelProviderList),
  'modelProvider/config/write': bind(
    'modelProvider/config/write',
    async () => (await providers()).modelProviderConfigWrite,
  ),
  'modelProvider/capabilities/read': bind(
    'modelProvider/capabilities/read',
    async () => (await providers()).modelProviderCapabilitiesRead,
  ),
  'skills/list': bind('skills/list', async () => (await skills()).skillsList),
  'skills/extraRoots/set': bind('skills/extraRoots/set', async () => (await skills()).skillsExtraRootsSet),
  'skills/config/write': bind('skills/config/write', async () => (await skills()).skillsConfigWrite),
  'hooks/list': bind('hooks/list', async () => (await skills()).hooksList),
  'experimentalFeature/list': bind('experimentalFeature/list', async () => (await features()).experimentalFeatureList),
  'experimentalFeature/enablement/set': bind(
    'experimentalFeature/enablement/set',
    async () => (await features()).experimentalFeatureEnablementSet,
  ),
  'permissionProfile/list': bind('permissionProfile/list', async () => (await features()).permissionProfileList),
  'collaborationMode/list': bind('collaborationMode/list', async () => (await features()).collaborationModeList),
  'configRequirements/read': bind('configRequirements/read', async () => (await features()).configRequirementsRead),
  'mcpServerStatus/list': bind('mcpServerStatus/list', async () => (await mcp()).mcpServerStatusList),
  'config/mcpServer/reload': bind('config/mcpServer/reload', async () => (await mcp()).configMcpServerReload),
  'mcpServer/oauth/login': bind('mcpServer/oauth/login', async () => (await mcp()).mcpServerOauthLogin),
  'mcpServer/resource/read': bind('mcpServer/resource/read', async () => (await mcp()).mcpServerResourceRead),
  'mcpServer/tool/call': bind('mcpServer/tool/call', async () => (await mcp()).mcpServerToolCall),
  'plugin/list': bind('plugin/list', async () => (await mcp()).pluginList),
  'plugin/installed': bind('plugin/installed', async () => (await mcp()).pluginInstalled),
  'app/list': bind('app/list', async () => (await mcp()).appList),
  'app/installed': bind('app/installed', async () => (await mcp()).appInstalled),
  'sandbox/read': bind('sandbox/read', async () => (await import('./handlers/sandbox.ts')).sandboxRead),
  'approval/list': bind('approval/list', async () => (await safety()).approvalList),
  'approval/rehearse': bind('approval/rehearse', async () => (await safety()).approvalRehearse),
  'checkpoint/preview': bind('checkpoint/preview', async () => (await checkpoints()).checkpointPreview),
  'checkpoint/restore': bind('checkpoint/restore', async () => (await checkpoints()).checkpointRestore),
  'checkpoint/redo': bind('checkpoint/redo', async () => (await checkpoints()).checkpointRedo),
  'checkpoint/merge': bind('checkpoint/merge', async () => (await checkpoints()).checkpointMerge),
  'turn/context/read': bind('turn/context/read', async () => (await turnContext()).turnContextRead),
  'rule/list': bind('rule/list', async () => (await rules()).ruleList),
  'rule/setEnabled': bind('rule/setEnabled', async () => (await rules()).ruleSetEnabled),
  'rule/remove': bind('rule/remove', async () => (await rules()).ruleRemove),
  'rule/propose': bind('rule/propose', async () => (await rules()).rulePropose),
};

function bind<M extends ClientRequestMethod>(method: M, load: () => Handler<M> | Promise<Handler<M>>): Bound {
  const line: RequestLine = clientRequests[method];
  return {
    scope: line.scope,
    isExperimental: line.experimental === true,
    prepare: (raw) => {
      const params = parseRequest(method, raw);
      return {
        threadId: threadIdIn(params),
        answer: async (context) => (await load())(context, params),
      };
    },
  };
}

function threadIdIn(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('threadId' in params)) return null;
  return typeof params.threadId === 'string' ? params.threadId : null;
}

/** Here, or by the process that writes the thread while the client follows it there. */
async function answerWhereItIs(
  context: RequestContext,
  request: IncomingRequest & { readonly threadId: string },
  answerHere: () => Promise<unknown>,
): Promise<unknown> {
  const relay = context.connection.relay(request.threadId);
  if (relay === undefined) return await answerHere();
  const { answerFollowed } = await import('./follow/answerFollowed.ts');
  return await answerFollowed(context, request, answerHere);
}

function isKnown(method: string): method is ClientRequestMethod {
  return Object.hasOwn(TABLE, method);
}

/** A client is told whether it asks the wrong server or has the wrong word. */
function unknownMethod(method: string): ProtocolError {
  if (!isNotOffered(method)) return new ProtocolError('methodNotFound', `Unknown method: ${method}`);
  return new ProtocolError('methodNotFound', `${method} is not offered by this server.`, { kind: 'notOffered' });
}

export class Dispatcher {
  readonly #queues = new Map<string, ThreadQueue>();

  async dispatch(request: IncomingRequest, context: RequestContext): Promise<unknown> {
    const { method } = request;
    if (!isKnown(method)) throw unknownMethod(method);
    const bound = TABLE[method];
    const prepared = bound.prepare(request.params);
    if (bound.scope !== 'connection' && !context.connection.isInitialized)
      throw new ProtocolError('invalidRequest', 'Not initialized');
    if (bound.isExperimental && !context.connection.wantsExperimental)
      throw new ProtocolError('invalidRequest', `${method} requires experimentalApi capability`);
    const { threadId } = prepared;
    if (threadId === null) return await prepared.answer(context);
    const answer = (): Promise<unknown> =>
      answerWhereItIs(context, { ...request, threadId }, () => prepared.answer(context));
    return bound.scope === 'thread' ? await this.inOrder(threadId, context.connection, answer) : await answer();
  }

  /** Resolves when every request of the thread that has arrived by now has been answered. */
  async settled(threadId: string): Promise<void> {
    await this.#queues.get(threadId)?.settled();
  }

  /** Runs after the earlier requests of the same thread; those of different clients take turns. */
  async inOrder(threadId: string, client: object, task: () => Promise<unknown>): Promise<unknown> {
    const queue = this.#queues.get(threadId) ?? new ThreadQueue();
    this.#queues.set(threadId, queue);
    try {
      return await queue.run(client, task);
    } finally {
      if (queue.isIdle) this.#queues.delete(threadId);
    }
  }
}
