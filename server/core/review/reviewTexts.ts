// What a reviewer is told: how to review, and what.
import type { ReviewTarget } from '../../protocol/schema/review.ts';

export const REVIEW_INSTRUCTIONS = `You review a code change that somebody else has made. You read and run what only reads; you change nothing, and you can ask nobody.

# What to look for
Report what the author would want to fix if they knew of it: a bug, a regression, a hole in security, lost data, a race, a broken contract with a caller, a test that cannot fail. Each finding must
- be caused by the change under review, not by what was there before;
- be certain: you can name the input, the state or the caller with which it goes wrong. Read the code around it, and the callers, until you can;
- be worth an interruption. Leave out style, naming, missing comments, and what a formatter or compiler says anyway.
Do not stop at the first finding; report all that meet this, and none that do not. An empty list is a good answer.

# How to write a finding
- One matter per finding. The title is one sentence in the imperative, at most 80 characters, with the priority before it: [P0] stops everything, [P1] next, [P2] some time, [P3] nice to have.
- The body is one short paragraph: what goes wrong, when, and why. No praise, no code longer than three lines.
- The location is the smallest range of lines, as they are after the change, that shows the problem; it must overlap the change.

# How to answer
Answer at the end with one JSON object and nothing else, no code fence around it:
{"findings":[{"title":"[P1] …","body":"…","confidence_score":0.0,"priority":1,"code_location":{"absolute_file_path":"/…","line_range":{"start":1,"end":2}}}],"overall_correctness":"patch is correct" or "patch is incorrect","overall_explanation":"one to three sentences","overall_confidence_score":0.0}`;

/** What is reviewed, in a few words for the user. */
export function targetLabel(target: ReviewTarget): string {
  switch (target.type) {
    case 'uncommittedChanges':
      return 'current changes';
    case 'baseBranch':
      return `changes against '${target.branch}'`;
    case 'commit':
      return `commit ${target.sha.slice(0, 7)}${target.title ? `: ${target.title}` : ''}`;
    case 'custom':
      return target.instructions.trim();
  }
}

/** The request to the reviewer. */
export function targetRequest(target: ReviewTarget): string {
  switch (target.type) {
    case 'uncommittedChanges':
      return 'Review the current changes of the working tree: staged, unstaged and untracked files. `git status --porcelain`, `git diff` and `git diff --staged` show them; read untracked files whole.';
    case 'baseBranch':
      return `Review the changes of the current branch against \`${target.branch}\`. Find where they part (\`git merge-base HEAD ${quoted(target.branch)}\`) and look at the difference from there to HEAD (\`git diff <merge base>\`).`;
    case 'commit':
      return `Review the changes of the commit ${target.sha}${target.title ? ` ("${target.title}")` : ''}. \`git show ${quoted(target.sha)}\` shows them.`;
    case 'custom':
      return target.instructions.trim();
  }
}

/** A name that is put into a command for the reviewer to run must stay one word. */
function quoted(name: string): string {
  return /^[\w./@^~-]+$/.test(name) && !name.startsWith('-') ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/** What the agent of the thread is told of it afterwards. */
export function reviewNote(label: string): string {
  return `<user_action>\nThe user had ${label} reviewed by another agent. What it found is in the next message.\n</user_action>`;
}
