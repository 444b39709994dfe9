// What each method of the protocol is for, in one sentence, for the page that describes them.

/** Method name -> its purpose. */
export const PURPOSES: Readonly<Record<string, string>> = {
  initialize: 'Opens the connection: who the client is, what it wants, and what the server says of itself.',
  initialized: 'The client has read the answer to `initialize`. Optional.',
  'thread/start': 'Starts a thread. Nothing is stored before its first turn.',
  'thread/resume':
    'Loads a stored thread, or joins a loaded one; open items and open approvals are told again after the answer.',
  'thread/fork': 'Starts a thread with the history of another one, whole or up to a turn.',
  'thread/archive': 'Lets a thread go and hides it from the list.',
  'thread/unarchive': 'Brings an archived thread back into the list.',
  'thread/delete': 'Deletes a thread for good; refused while forks reference its history.',
  'thread/name/set': 'Names a thread.',
  'thread/unsubscribe': 'Ends this connection’s turn and item notifications of a thread. What runs there goes on.',
  'thread/release':
    'Lets go of a thread that this process writes, so that another can; refused while a turn runs, unless forced.',
  'thread/list': 'A page of the stored threads, newest first, filtered and searched.',
  'thread/loaded/list': 'The ids of the threads that are loaded in this process.',
  'thread/read': 'A thread, with its turns if asked for, without loading it.',
  'thread/turns/list': 'A page of a thread’s turns, newest first.',
  'thread/items/list': 'A page of a thread’s items, or of one turn’s, oldest first.',
  'thread/compact/start':
    'Has the conversation summed up in a turn of its own; the model goes on with the summary and the user’s messages.',
  'turn/start': 'Starts a turn, or joins the one that runs. The answer comes at once, the rest is notifications.',
  'turn/steer': 'Adds a message to the running turn: a text that is being written is cut, a command is waited for.',
  'turn/interrupt':
    'Stops the running turn: its commands are killed, its open items completed, its open approvals withdrawn.',
  'model/list': 'The models of a provider, the configured one first.',
  'config/read': 'The configuration in force, and where each value comes from.',
  'config/value/write': 'Writes one value into the user’s config.toml and leaves its comments and its layout.',
  'config/batchWrite':
    'Writes several values into the user’s config.toml, all or none, and has loaded threads take them over.',
  'account/read': 'Whether a key is known, and whether one is needed.',
  'account/login/start': 'Stores an API key.',
  'account/logout': 'Forgets the stored API key.',
  'sandbox/read': 'Whether commands can be contained here, by what, and what to do if not.',
  'approval/list': 'The open requests of all threads, also of those that are not loaded.',
  'approval/rehearse': 'Tries what an open request asks about in a scratch copy, and shows what it did.',
  'checkpoint/preview':
    'What a restore of the files to before a turn would do: each path with its diff, or why it would be left as it is.',
  'checkpoint/restore':
    'Puts the files back as they were before a turn. What somebody changed since is left alone and reported.',
  'checkpoint/redo': 'Takes the last restore of a thread back, file by file.',
  'checkpoint/merge':
    'A text that was changed since, with the changes of the turns taken out of it and markers where they overlap.',
  'turn/context/read': 'What left the editor for the model in a turn, and how many secrets were masked in it.',
  'rule/list': 'The rules of the user and, of a trusted workspace, its own; with what is wrong with their files.',
  'rule/setEnabled': 'Switches a rule off or on. Its text stays in its file, as a comment while it is off.',
  'rule/remove': 'Takes a rule out of its file.',
  'rule/propose':
    'The smallest rule that covers the command of an open request, held against the commands of past threads.',
  'item/commandExecution/requestApproval': 'May this command run?',
  'item/fileChange/requestApproval': 'May this patch be applied? Its changes are in the item that was started before.',
  'item/permissions/requestApproval': 'May this tool call read what is kept from the model?',
  'item/tool/call': 'Runs a tool that the client brought along.',
  error: 'A failure inside a turn. With `willRetry` the turn goes on, without it `turn/completed` follows.',
  warning: 'Something the user should know.',
  configWarning: 'A configuration file, or a value in it, that cannot be used; sent after `initialize`.',
  deprecationNotice: 'A method or option that will go away.',
  'thread/started': 'A thread was started or forked.',
  'thread/status/changed': 'A thread became idle, active, waiting for the user, failed, or is no longer loaded.',
  'thread/archived': 'A thread was archived.',
  'thread/unarchived': 'A thread came back from the archive.',
  'thread/deleted': 'A thread was deleted.',
  'thread/closed': 'A thread was let go because another process writes it now.',
  'thread/name/updated': 'A thread got a name.',
  'thread/tokenUsage/updated': 'What the thread has cost in tokens, in all and in the last response.',
  'turn/started': 'A turn began.',
  'turn/completed':
    'A turn ended: completed, interrupted or failed. Every item of it but background commands is completed by then.',
  'turn/diff/updated':
    'Everything the turn has changed in the workspace so far, commands included, as one git-style diff.',
  'turn/plan/updated': 'The agent’s plan, whole.',
  'item/started': 'An item began; also sent to a client that joins, with what the item has so far.',
  'item/completed': 'An item in its final form.',
  'item/agentMessage/delta': 'More of a message’s text.',
  'item/reasoning/summaryPartAdded': 'A new part of a reasoning summary.',
  'item/reasoning/summaryTextDelta': 'More of a reasoning summary’s part.',
  'item/reasoning/textDelta': 'More of the reasoning itself.',
  'item/commandExecution/outputDelta': 'More output of a command, stdout and stderr merged.',
  'item/commandExecution/terminalInteraction': 'The agent typed into a running command.',
  'item/fileChange/patchUpdated':
    'The changes of a patch that the model is still writing; replaces what was told before.',
  'serverRequest/resolved': 'A request of the server has been settled, by this client or another, or is moot.',
  'rule/changed': 'Rules are others than before, whoever changed them.',
  'account/updated': 'The key was stored or forgotten.',
  'account/login/completed': 'The outcome of a login.',
};
