// THE list of the differences between Bowline and the reference that are accepted, each with its reason. What is not here fails; what is here
// and does not occur any more fails too.

export interface Accepted {
  readonly reason: string;
  /** Patterns of differences as the tests tell them; `*` stands for anything. */
  readonly what: readonly string[];
  /** In conversations whose titles begin so; in all of them if there are none. */
  readonly in?: readonly string[];
  /** The reference is not always the same: the difference need not occur. */
  readonly isSometimes?: true;
}

export const ACCEPTED: readonly Accepted[] = [
  // --- connections and errors
  {
    reason: 'An error says in `data` what kind it is, so that clients need not read its words.',
    what: ['< error *: data is {"kind":"*}, not absent'],
  },
  {
    reason:
      'JSON-RPC has codes of its own for methods that nobody knows and for wrong params; the words name the member.',
    what: [
      '< error nope/nope: code is -32601, not -32600',
      '< error nope/nope: message is "Unknown method: nope/nope", not "Invalid request: unknown variant `nope/nope`, expected one of *',
      '< error *: code is -32602, not -32600',
      '< error *: message is "Invalid params: *", not "Invalid request: *',
      '< error review/start: message is "Invalid params: `target.instructions`: must not be empty", not "instructions must not be empty"',
    ],
  },
  {
    reason:
      'Each program names itself; both begin with what clients parse, the name of the client and the version of the protocol.',
    what: ['< result initialize: userAgent is "peer_test/0.169.0 (*) bowline/*", not "peer_test/0.169.0 (*'],
  },
  {
    reason: 'There is no remote control, no account with limits, and no catalogue of models that could lack one.',
    what: [
      'only the reference: < remoteControl/status/changed',
      'only the reference: < account/rateLimits/updated',
      'only the reference: < warning',
      '< thread/tokenUsage/updated *: tokenUsage.modelContextWindow is null, not 258400',
    ],
  },
  // --- threads
  {
    reason: 'Threads live in a database: they have no path.',
    what: ['*thread.path is null, not "<rollout>"', '*data.#.path is null, not "<rollout>"'],
  },
  {
    reason: 'Experimental members of features that Bowline does not have.',
    what: [
      '*.environments is absent, not *',
      '*.extra is absent, not null',
      '*.attachedToThreadId is absent, not null',
      '*.canAcceptDirectInput is absent, not *',
      '*.daybreakEnabled is absent, not null',
      '*: runtimeWorkspaceRoots is absent, not ["<base>*"]',
      '*: activePermissionProfile is absent, not null',
      '*: multiAgentMode is absent, not "explicitRequestOnly"',
    ],
  },
  {
    reason: 'Bowline says which other process writes a thread.',
    what: ['*.lease is null, not absent'],
  },
  {
    reason: 'To read a history at once is not deprecated: it costs little here.',
    what: ['only the reference: < deprecationNotice'],
  },
  {
    reason: 'Words for users name what they can do in any client.',
    in: ['lists of threads'],
    what: [
      '< error thread/resume: message is "thread <thread 2> is archived. Unarchive it first (thread/unarchive).", not "session <thread 2> is archived. Run `codex unarchive <thread 2>` to unarchive it first."',
    ],
  },
  {
    reason:
      'A thread that is reverted stays loaded, and so does one whose deletion is refused: the reference unloads it first.',
    in: ['forks', 'a revert'],
    what: [
      'only the reference: < thread/status/changed notLoaded',
      'only the reference: < thread/status/changed idle',
      '< result thread/list: data.#.status.type is "idle", not "notLoaded"',
    ],
  },
  {
    reason:
      'That a thread is no longer loaded is said once: on a fast machine the reference says it twice, as it unloads it and as it archives or deletes it.',
    in: ['lists of threads'],
    what: ['only the reference: < thread/status/changed notLoaded'],
    isSometimes: true,
  },
  {
    reason: 'A list of threads tells which are forks, as every other answer does.',
    in: ['forks'],
    what: ['< result thread/list: data.#.forkedFromId is "<thread 1>", not null'],
  },
  {
    reason: 'Who hears of a revert needs not read the thread anew: it is told where the history ends.',
    in: ['a revert'],
    what: ['< thread/reverted: beforeTurnId is "<turn 2>", not absent'],
  },
  {
    reason: 'Who joins a loaded thread is told what it takes, with its turns or without.',
    in: ['a thread that is resumed'],
    what: ['only Bowline: < thread/tokenUsage/updated <turn 3>'],
  },
  // --- turns
  {
    reason:
      'A text that is cut off by a message or an interrupt is completed with what was said, kept, and unread like any other.',
    in: ['a message into a turn', 'an interrupt', 'two threads'],
    what: [
      'only Bowline: < item/completed agentMessage',
      '< result thread/read: thread.turns.#.items has agentMessage with Bowline alone',
      '< result thread/items/list: data has agentMessage with Bowline alone',
      '< result thread/turns/list: data.#.items has agentMessage with Bowline alone',
      '< result thread/read: readState.firstUnread.turnId is "<turn 1>", not "<turn 2>"',
      '< thread/readState/changed: readState.firstUnread.turnId is "<turn 1>", not "<turn 2>"',
    ],
  },
  {
    reason:
      'A patch is shown as it is written: its item starts with the first file, grows, and is whole before it is asked about.',
    in: ['a patch'],
    what: [
      'only Bowline: < item/fileChange/patchUpdated',
      '< item/started fileChange inProgress: item.changes has *README.md with the reference alone',
      '< item/started fileChange inProgress: item.changes.#.diff is "", not "new\\n"',
    ],
  },
  {
    reason: 'The diff of a turn is told once when it changed, and covers what commands did.',
    in: ['a patch', 'a command that is asked about: accept'],
    what: ['only the reference: < turn/diff/updated', 'only Bowline: < turn/diff/updated'],
  },
  {
    reason: 'The words of a failure name the provider and the status.',
    in: ['a model that fails'],
    what: [
      '*rror.message is "Scripted refused the request (400): no such thing", not "no such thing"',
      '*rror.additionalDetails is "HTTP 400: no such thing", not null',
    ],
  },
  {
    reason: 'What a compaction costs is counted, and what the conversation takes after it is told with the compaction.',
    in: ['a compaction'],
    what: [
      'only the reference: < thread/tokenUsage/updated <turn 2>',
      '< thread/tokenUsage/updated <turn 2>: tokenUsage.total.*',
      '< thread/tokenUsage/updated <turn 2>: tokenUsage.last.*',
      '< thread/tokenUsage/updated <turn 3>: tokenUsage.total.*',
    ],
  },
  {
    reason: 'What was spent is spent: a revert does not take it back.',
    in: ['a revert'],
    what: ['< thread/tokenUsage/updated <turn 3>: tokenUsage.total.*'],
  },
  // --- reviews
  {
    reason:
      'A review is one turn with one answer, whose tokens count: the reviewer’s own message is not announced, and no second turn is left behind.',
    in: ['a review'],
    what: [
      'only Bowline: < thread/tokenUsage/updated <turn 2>',
      'only the reference: < item/started agentMessage',
      '< result thread/read: thread.turns has <turn 3> with the reference alone',
      '< result thread/turns/list: data has <turn 3> with the reference alone',
      '< result thread/items/list: data.#.turnId is "<turn 2>", not "<turn 3>"',
      '< result thread/read: thread.turns.#.items has userMessage with Bowline alone',
      '< result thread/turns/list: data.#.items has userMessage with Bowline alone',
    ],
  },
  {
    reason: 'Findings of a review are shown with their priority.',
    in: ['a review'],
    what: ['* is "One thing.*- [P1] Wrong*", not "One thing.*- Wrong*"'],
  },
  // --- questions
  {
    reason: 'What a turn did is unread although it did not get to an answer: here there is something of it to read.',
    in: ['a command that is asked about', 'an interrupt', 'two threads', 'a compaction'],
    what: ['only Bowline: < thread/readState/changed'],
  },
  {
    reason: 'A question says why it is asked, how dangerous the answer is, and all that can be answered.',
    in: ['a command that is asked about', 'a patch that is asked about'],
    what: [
      '< item/commandExecution/requestApproval: reason is "*Not on the list: touch a.txt", not absent',
      '< item/fileChange/requestApproval: reason is "*", not null',
      '< item/*/requestApproval: safety is {*}, not absent',
      '< item/commandExecution/requestApproval: availableDecisions has "acceptForSession" with Bowline alone',
      '< item/commandExecution/requestApproval: availableDecisions has "decline" with Bowline alone',
    ],
  },
  {
    reason: 'A turn that is ended while it asks may not get to tell its tokens there.',
    in: ['a command that is asked about: cancel', 'a command that is asked about: interrupted'],
    what: ['only Bowline: < thread/tokenUsage/updated <turn 1>'],
    isSometimes: true,
  },
  {
    reason: 'A command that was not allowed to run is completed, and stays in the history.',
    in: ['a command that is asked about'],
    what: [
      'only Bowline: < item/completed commandExecution failed',
      '< result thread/read: thread.turns.#.items has commandExecution with Bowline alone',
      '< result thread/items/list: data has commandExecution with Bowline alone',
      '< result thread/read: readState.firstUnread is {"type":"turn","turnId":"<turn 1>"}, not null',
    ],
  },
  {
    reason: 'An interrupt takes its question back: the thread waits for nothing any more before it is idle.',
    in: ['a command that is asked about: interrupted'],
    what: ['only Bowline: < thread/status/changed active'],
  },
];

/** The patterns that must occur, or the list has rotted. */
export const EXPECTED: readonly string[] = ACCEPTED.flatMap(({ what, isSometimes }) =>
  isSometimes === true ? [] : what,
);

/** The patterns that accept the difference in the conversation. */
export function acceptedBy(difference: string, title: string): string[] {
  return ACCEPTED.filter(
    (accepted) => accepted.in === undefined || accepted.in.some((begin) => title.startsWith(begin)),
  ).flatMap(({ what }) => what.filter((pattern) => isLike(difference, pattern)));
}

function isLike(difference: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(difference);
}
