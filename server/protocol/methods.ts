// The registry: the only place where a method name is bound to its shapes, its queue, its audience and its persistence.
import {
  experimental,
  forExperimental,
  notification,
  request,
  type Infer,
  type InferInput,
  type LazySchema,
} from './define.ts';
import * as account from './schema/account.ts';
import * as approval from './schema/approval.ts';
import * as command from './schema/command.ts';
import { Empty } from './schema/common.ts';
import * as checkpoint from './schema/checkpoint.ts';
import * as config from './schema/config.ts';
import * as dynamicTool from './schema/dynamicTool.ts';
import * as fileSearch from './schema/fileSearch.ts';
import * as fs from './schema/fs.ts';
import * as feature from './schema/feature.ts';
import * as goal from './schema/goal.ts';
import * as initialize from './schema/initialize.ts';
import * as mcp from './schema/mcp.ts';
import * as model from './schema/model.ts';
import * as modelItem from './schema/modelItem.ts';
import * as modelProvider from './schema/modelProvider.ts';
import * as queue from './schema/queue.ts';
import * as review from './schema/review.ts';
import * as safety from './schema/safety.ts';
import * as skill from './schema/skill.ts';
import * as terminal from './schema/terminal.ts';
import * as thread from './schema/thread.ts';
import * as shelf from './schema/threadShelf.ts';
import * as history from './schema/threadHistory.ts';
import * as threadImport from './schema/threadImport.ts';
import * as threadSettings from './schema/threadSettings.ts';
import * as turn from './schema/turn.ts';
import * as userInput from './schema/userInput.ts';

/** Requests that a client sends to the server. */
export const clientRequests = {
  initialize: request('connection', initialize.InitializeParams, initialize.InitializeResult),
  'thread/start': request('server', thread.ThreadStartParams, thread.ThreadStartResult),
  'thread/resume': request('thread', thread.ThreadResumeParams, thread.ThreadResumeResult),
  'thread/fork': request('thread', thread.ThreadForkParams, thread.ThreadStartResult),
  'thread/archive': request('thread', thread.ThreadIdParams, Empty),
  'thread/unarchive': request('thread', thread.ThreadIdParams, thread.ThreadResult),
  'thread/delete': request('thread', thread.ThreadIdParams, Empty),
  'thread/name/set': request('thread', thread.ThreadNameSetParams, Empty),
  'thread/unsubscribe': request('thread', thread.ThreadIdParams, thread.ThreadUnsubscribeResult),
  'thread/release': experimental('thread', thread.ThreadReleaseParams, thread.ThreadReleaseResult),
  'thread/import/detect': experimental(
    'server',
    threadImport.ThreadImportParams,
    threadImport.ThreadImportDetectResult,
  ),
  'thread/import/start': experimental('server', threadImport.ThreadImportParams, threadImport.ThreadImportStartResult),
  'thread/import/stop': experimental('server', Empty, Empty),
  'thread/list': request('server', thread.ThreadListParams, thread.ThreadListResult),
  'thread/loaded/list': request('server', thread.ThreadLoadedListParams, thread.ThreadLoadedListResult),
  'thread/read': request('thread', thread.ThreadReadParams, thread.ThreadReadResult),
  'thread/turns/list': request('thread', history.ThreadTurnsListParams, history.ThreadTurnsListResult),
  'thread/items/list': request('thread', history.ThreadItemsListParams, history.ThreadItemsListResult),
  'thread/items/read': experimental('thread', history.ThreadItemsReadParams, history.ThreadItemsReadResult),
  'thread/compact/start': request('thread', thread.ThreadIdParams, Empty),
  'thread/settings/update': experimental('thread', threadSettings.ThreadSettingsUpdateParams, Empty),
  'thread/search': experimental('server', thread.ThreadSearchParams, thread.ThreadSearchResult),
  'thread/searchOccurrences': experimental(
    'thread',
    thread.ThreadSearchOccurrencesParams,
    thread.ThreadSearchOccurrencesResult,
  ),
  'thread/timeline/list': experimental('thread', thread.ThreadTimelineListParams, thread.ThreadTimelineListResult),
  'thread/readState/update': experimental(
    'thread',
    shelf.ThreadReadStateUpdateParams,
    shelf.ThreadReadStateUpdateResult,
  ),
  'thread/metadata/update': request('thread', shelf.ThreadMetadataUpdateParams, thread.ThreadResult),
  'threadSection/list': request('server', shelf.ThreadSectionListParams, shelf.ThreadSectionListResult),
  'threadSection/create': request('server', shelf.ThreadSectionCreateParams, shelf.ThreadSectionResult),
  'threadSection/update': request('server', shelf.ThreadSectionUpdateParams, shelf.ThreadSectionResult),
  'threadSection/delete': request('server', shelf.ThreadSectionDeleteParams, Empty),
  'thread/section/move': request('thread', shelf.ThreadSectionMoveParams, Empty),
  'thread/attachment/add': request('thread', shelf.ThreadAttachmentAddParams, shelf.ThreadAttachmentAddResult),
  'thread/attachment/list': request('thread', shelf.ThreadAttachmentListParams, shelf.ThreadAttachmentListResult),
  'thread/attachment/remove': request('thread', shelf.ThreadAttachmentRemoveParams, Empty),
  'thread/attachmentOwner/list': request(
    'server',
    shelf.ThreadAttachmentOwnerListParams,
    shelf.ThreadAttachmentOwnerListResult,
  ),
  'thread/revert': request('thread', thread.ThreadRevertParams, thread.ThreadRevertResult),
  'thread/rollback': request('thread', thread.ThreadRollbackParams, thread.ThreadRollbackResult),
  'thread/shellCommand': request('thread', terminal.ThreadShellCommandParams, Empty),
  'thread/inject_items': request('thread', modelItem.ThreadInjectItemsParams, Empty),
  'thread/backgroundTerminals/list': experimental(
    'thread',
    terminal.BackgroundTerminalsListParams,
    terminal.BackgroundTerminalsListResult,
  ),
  'thread/backgroundTerminals/clean': experimental('thread', thread.ThreadIdParams, Empty),
  'thread/backgroundTerminals/terminate': experimental(
    'thread',
    terminal.BackgroundTerminalTerminateParams,
    terminal.BackgroundTerminalTerminateResult,
  ),
  'thread/goal/set': request('thread', goal.ThreadGoalSetParams, goal.ThreadGoalSetResult),
  'thread/goal/get': request('thread', thread.ThreadIdParams, goal.ThreadGoalGetResult),
  'thread/goal/clear': request('thread', thread.ThreadIdParams, goal.ThreadGoalClearResult),
  'thread/queue/add': experimental('thread', queue.ThreadQueueAddParams, queue.ThreadQueuedResult),
  'thread/queue/list': experimental('thread', queue.ThreadQueueListParams, queue.ThreadQueueListResult),
  'thread/queue/update': experimental('thread', queue.ThreadQueueUpdateParams, queue.ThreadQueuedResult),
  'thread/queue/delete': experimental('thread', queue.ThreadQueueDeleteParams, queue.ThreadQueueDeleteResult),
  'thread/queue/reorder': experimental('thread', queue.ThreadQueueReorderParams, Empty),
  'thread/queue/start': experimental('thread', queue.ThreadQueueStartParams, queue.ThreadQueueStartResult),
  'review/start': request('thread', review.ReviewStartParams, review.ReviewStartResult),
  'turn/start': request('thread', turn.TurnStartParams, turn.TurnStartResult),
  'turn/steer': request('thread', turn.TurnSteerParams, turn.TurnSteerResult),
  'turn/interrupt': request('thread', turn.TurnInterruptParams, Empty),
  'model/list': request('server', model.ModelListParams, model.ModelListResult),
  'config/read': request('server', config.ConfigReadParams, config.ConfigReadResult),
  'config/value/write': request('server', config.ConfigValueWriteParams, config.ConfigWriteResult),
  'config/batchWrite': request('server', config.ConfigBatchWriteParams, config.ConfigWriteResult),
  'account/read': request('server', account.AccountReadParams, account.AccountReadResult),
  'account/login/start': request('server', account.AccountLoginStartParams, account.AccountLoginStartResult),
  'account/logout': request('server', Empty, Empty),
  'fs/readFile': request('server', fs.FsPathParams, fs.FsReadFileResult),
  'fs/writeFile': request('server', fs.FsWriteFileParams, Empty),
  'fs/createDirectory': request('server', fs.FsCreateDirectoryParams, Empty),
  'fs/getMetadata': request('server', fs.FsPathParams, fs.FsGetMetadataResult),
  'fs/readDirectory': request('server', fs.FsPathParams, fs.FsReadDirectoryResult),
  'fs/remove': request('server', fs.FsRemoveParams, Empty),
  'fs/copy': request('server', fs.FsCopyParams, Empty),
  'fs/watch': request('server', fs.FsWatchParams, fs.FsPathParams),
  'fs/unwatch': request('server', fs.FsUnwatchParams, Empty),
  'command/exec': request('server', command.CommandExecParams, command.CommandExecResult),
  'command/exec/write': request('server', command.CommandExecWriteParams, Empty),
  'command/exec/terminate': request('server', command.CommandExecTerminateParams, Empty),
  'command/exec/resize': request('server', command.CommandExecResizeParams, Empty),
  'process/spawn': experimental('server', command.ProcessSpawnParams, Empty),
  'process/writeStdin': experimental('server', command.ProcessWriteStdinParams, Empty),
  'process/kill': experimental('server', command.ProcessKillParams, Empty),
  'process/resizePty': experimental('server', command.ProcessResizePtyParams, Empty),
  fuzzyFileSearch: request('server', fileSearch.FuzzyFileSearchParams, fileSearch.FuzzyFileSearchResult),
  'fuzzyFileSearch/sessionStart': experimental('server', fileSearch.FileSearchStartParams, Empty),
  'fuzzyFileSearch/sessionUpdate': experimental('server', fileSearch.FileSearchUpdateParams, Empty),
  'fuzzyFileSearch/sessionStop': experimental('server', fileSearch.FileSearchSessionId, Empty),
  'account/rateLimits/read': request('server', Empty, account.AccountRateLimitsReadResult),
  'modelProvider/list': request('server', Empty, modelProvider.ModelProviderListResult),
  'modelProvider/config/write': request(
    'server',
    modelProvider.ModelProviderConfigWriteParams,
    modelProvider.ModelProviderConfigWriteResult,
  ),
  'modelProvider/capabilities/read': request('server', Empty, modelProvider.ModelProviderCapabilitiesReadResult),
  'skills/list': request('server', skill.SkillsListParams, skill.SkillsListResult),
  'skills/extraRoots/set': request('server', skill.SkillsExtraRootsSetParams, Empty),
  'skills/config/write': request('server', skill.SkillsConfigWriteParams, skill.SkillsConfigWriteResult),
  'hooks/list': request('server', skill.HooksListParams, skill.HooksListResult),
  'experimentalFeature/list': request(
    'server',
    feature.ExperimentalFeatureListParams,
    feature.ExperimentalFeatureListResult,
  ),
  'experimentalFeature/enablement/set': request(
    'server',
    feature.ExperimentalFeatureEnablement,
    feature.ExperimentalFeatureEnablement,
  ),
  'permissionProfile/list': request('server', feature.PermissionProfileListParams, feature.PermissionProfileListResult),
  'collaborationMode/list': experimental('server', Empty, feature.CollaborationModeListResult),
  'configRequirements/read': request('server', Empty, feature.ConfigRequirementsReadResult),
  'mcpServerStatus/list': request('server', mcp.McpServerStatusListParams, mcp.McpServerStatusListResult),
  'config/mcpServer/reload': request('server', Empty, Empty),
  'mcpServer/oauth/login': request('server', mcp.McpServerOauthLoginParams, mcp.McpServerOauthLoginResult),
  'mcpServer/resource/read': request('server', mcp.McpServerResourceReadParams, mcp.McpServerResourceReadResult),
  'mcpServer/tool/call': request('server', mcp.McpServerToolCallParams, mcp.McpServerToolCallResult),
  'plugin/list': request('server', mcp.PluginListParams, mcp.PluginListResult),
  'plugin/installed': request('server', mcp.PluginListParams, mcp.PluginInstalledResult),
  'app/list': request('server', mcp.AppListParams, mcp.AppListResult),
  'app/installed': request('server', mcp.AppInstalledParams, mcp.AppInstalledResult),
  'sandbox/read': request('server', Empty, safety.SandboxReadResult),
  'rule/list': request('server', safety.RuleListParams, safety.RuleListResult),
  'rule/setEnabled': request('server', safety.RuleSetEnabledParams, Empty),
  'rule/remove': request('server', safety.RuleRemoveParams, Empty),
  'rule/propose': request('server', safety.OpenRequestParams, safety.RuleProposal),
  'approval/list': request('server', Empty, safety.ApprovalListResult),
  'approval/rehearse': request('server', safety.OpenRequestParams, safety.Rehearsal),
  'checkpoint/preview': experimental('thread', checkpoint.CheckpointParams, checkpoint.CheckpointPreviewResult),
  'checkpoint/restore': experimental('thread', checkpoint.CheckpointRestoreParams, checkpoint.CheckpointRestoreResult),
  'checkpoint/redo': experimental('thread', thread.ThreadIdParams, checkpoint.CheckpointRestoreResult),
  'checkpoint/merge': experimental('thread', checkpoint.CheckpointMergeParams, checkpoint.CheckpointMergeResult),
  'turn/context/read': request('server', safety.TurnContextReadParams, safety.TurnContextReadResult),
} as const;

/** Requests that the server sends to its clients. The first valid answer wins. */
export const serverRequests = {
  'item/commandExecution/requestApproval': request(
    'thread',
    approval.CommandApprovalParams,
    approval.CommandApprovalResult,
  ),
  'item/fileChange/requestApproval': request(
    'thread',
    approval.FileChangeApprovalParams,
    approval.FileChangeApprovalResult,
  ),
  'item/permissions/requestApproval': request(
    'thread',
    approval.PermissionsApprovalParams,
    approval.PermissionsApprovalResult,
  ),
  'item/tool/requestUserInput': request(
    'thread',
    userInput.ToolRequestUserInputParams,
    userInput.ToolRequestUserInputResult,
  ),
  'item/tool/call': request('thread', dynamicTool.DynamicToolCallParams, dynamicTool.DynamicToolCallResult),
} as const;

/** Notifications that the server sends. */
export const serverNotifications = {
  error: notification('subscribers', 'event', turn.ErrorNotification),
  warning: notification('subscribers', 'none', initialize.Warning),
  configWarning: notification('connection', 'none', initialize.ConfigWarning),
  deprecationNotice: notification('connection', 'none', initialize.DeprecationNotice),
  'thread/started': notification('everyone', 'none', thread.ThreadStarted),
  'thread/status/changed': notification('everyone', 'none', thread.ThreadStatusChanged),
  'thread/archived': notification('everyone', 'none', thread.ThreadIdParams),
  'thread/unarchived': notification('everyone', 'none', thread.ThreadIdParams),
  'thread/deleted': notification('everyone', 'none', thread.ThreadIdParams),
  'thread/closed': notification('everyone', 'none', thread.ThreadIdParams),
  'thread/name/updated': notification('everyone', 'none', thread.ThreadNameUpdated),
  'thread/readState/changed': forExperimental(notification('everyone', 'none', shelf.ThreadReadStateChanged)),
  'thread/import/progress': forExperimental(notification('connection', 'none', threadImport.ThreadImportProgress)),
  'thread/section/changed': notification('everyone', 'none', shelf.ThreadSectionChanged),
  'thread/attachment/updated': notification('everyone', 'none', shelf.ThreadAttachmentUpdated),
  'thread/reverted': notification('everyone', 'event', thread.ThreadReverted),
  'thread/tokenUsage/updated': notification('subscribers', 'event', turn.TokenUsageUpdated),
  'thread/settings/updated': forExperimental(notification('subscribers', 'none', threadSettings.ThreadSettingsUpdated)),
  'thread/goal/updated': notification('subscribers', 'none', goal.ThreadGoalUpdated),
  'thread/goal/cleared': notification('subscribers', 'none', thread.ThreadIdParams),
  'thread/queue/changed': notification('subscribers', 'none', thread.ThreadIdParams),
  'turn/started': notification('subscribers', 'event', turn.TurnStarted),
  'turn/completed': notification('subscribers', 'event', turn.TurnCompleted),
  'turn/diff/updated': notification('subscribers', 'event', turn.TurnDiffUpdated),
  'turn/plan/updated': notification('subscribers', 'event', turn.TurnPlanUpdated),
  'item/started': notification('subscribers', 'partial', turn.ItemStarted),
  'item/completed': notification('subscribers', 'event', turn.ItemCompleted),
  'item/agentMessage/delta': notification('subscribers', 'partial', turn.AgentMessageDelta),
  'item/plan/delta': notification('subscribers', 'partial', turn.PlanDelta),
  'item/reasoning/summaryPartAdded': notification('subscribers', 'partial', turn.ReasoningSummaryPartAdded),
  'item/reasoning/summaryTextDelta': notification('subscribers', 'partial', turn.ReasoningSummaryTextDelta),
  'item/reasoning/textDelta': notification('subscribers', 'partial', turn.ReasoningTextDelta),
  'item/commandExecution/outputDelta': notification('subscribers', 'partial', turn.CommandOutputDelta),
  'item/commandExecution/terminalInteraction': notification('subscribers', 'none', turn.TerminalInteraction),
  'item/fileChange/patchUpdated': notification('subscribers', 'partial', turn.FileChangePatchUpdated),
  'serverRequest/resolved': notification('subscribers', 'none', approval.ServerRequestResolved),
  'fs/changed': notification('connection', 'none', fs.FsChanged),
  'command/exec/outputDelta': notification('connection', 'none', command.CommandExecOutputDelta),
  'process/outputDelta': notification('connection', 'none', command.ProcessOutputDelta),
  'process/exited': notification('connection', 'none', command.ProcessExited),
  'fuzzyFileSearch/sessionUpdated': notification('connection', 'none', fileSearch.FileSearchUpdated),
  'fuzzyFileSearch/sessionCompleted': notification('connection', 'none', fileSearch.FileSearchSessionId),
  'rule/changed': notification('everyone', 'none', Empty),
  'skills/changed': notification('everyone', 'none', Empty),
  'account/updated': notification('everyone', 'none', account.AccountUpdated),
  'account/login/completed': notification('everyone', 'none', account.AccountLoginCompleted),
} as const;

/** Notifications that a client sends. */
export const clientNotifications = {
  initialized: notification('connection', 'none', Empty),
} as const;

type Lines = Record<string, { readonly params: LazySchema }>;

/** The parsed params of a method in one of the four tables. */
export type ParamsIn<T extends Lines, M extends keyof T> = Infer<T[M]['params']>;

export type ClientRequestMethod = keyof typeof clientRequests;
export type ServerRequestMethod = keyof typeof serverRequests;
export type ServerNotificationMethod = keyof typeof serverNotifications;
export type ClientNotificationMethod = keyof typeof clientNotifications;

export type ClientRequestParams<M extends ClientRequestMethod> = Infer<(typeof clientRequests)[M]['params']>;
/** What a client may write as params: members with defaults may be left out. */
export type ClientRequestInput<M extends ClientRequestMethod> = InferInput<(typeof clientRequests)[M]['params']>;
export type ClientRequestResult<M extends ClientRequestMethod> = Infer<(typeof clientRequests)[M]['result']>;
export type ServerRequestParams<M extends ServerRequestMethod> = Infer<(typeof serverRequests)[M]['params']>;
export type ServerRequestResult<M extends ServerRequestMethod> = Infer<(typeof serverRequests)[M]['result']>;
export type ServerNotificationParams<M extends ServerNotificationMethod> = Infer<
  (typeof serverNotifications)[M]['params']
>;

/** Any server notification, discriminated by `method`. */
export type ServerNotification = {
  [M in ServerNotificationMethod]: { readonly method: M; readonly params: ServerNotificationParams<M> };
}[ServerNotificationMethod];

type RequestOf<M extends ServerRequestMethod> = {
  [N in M]: {
    readonly id: string | number;
    readonly method: N;
    readonly params: ServerRequestParams<N>;
  };
}[M];

/** Any server request, discriminated by `method`. */
export type ServerRequest = RequestOf<ServerRequestMethod>;

export type ApprovalMethod = Extract<ServerRequestMethod, `${string}/requestApproval`>;

/** A server request that asks the user for consent. */
export type ApprovalRequest = RequestOf<ApprovalMethod>;

/** A server request that asks the user something that the agent wants to know. */
export type QuestionRequest = RequestOf<'item/tool/requestUserInput'>;

/** A server request that waits for the user, and outlives a server. */
export type UserRequest = ApprovalRequest | QuestionRequest;

export function isApproval(asked: ServerRequest): asked is Extract<ServerRequest, ApprovalRequest> {
  return asked.method.endsWith('/requestApproval');
}

export function isQuestion(asked: ServerRequest): asked is Extract<ServerRequest, QuestionRequest> {
  return asked.method === 'item/tool/requestUserInput';
}
