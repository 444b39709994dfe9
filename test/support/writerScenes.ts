// States of the chat page while another window writes the conversation, or nobody does.
import type { ThreadWriter } from '../../server/protocol/threadWriter.ts';
import * as sample from './chatSamples.ts';
import { scene, type Scene } from './chatScene.ts';
import { finishedTurn } from './chatStories.ts';
import { asking, rememberRequest } from './safetyScenes.ts';

export const ELSEWHERE: ThreadWriter = {
  type: 'elsewhere',
  owner: { pid: 48_213, host: 'ada-laptop', client: 'bowline-vscode', sinceMs: 1_795_364_000_000 },
};

const draft = { text: 'And then run the tests again, please.', attachments: [] };

/** The running turn of another window, with what was typed here meanwhile. */
export const followed: Scene = scene(
  sample.snapshot(
    sample.state([
      finishedTurn,
      sample.runningTurn('t2', [
        sample.user('u2', 'Give the timer one owner.'),
        sample.agent('a2', 'The lamp and the beam both start it. I move it into ', sample.open),
      ]),
    ]),
    { writer: ELSEWHERE, draft },
  ),
);

/** An open question of another window. */
export const followedQuestion: Scene = {
  options: { snapshot: { ...asking(rememberRequest).options.snapshot, writer: ELSEWHERE } },
};

const finished = (writer: ThreadWriter): Scene =>
  scene(sample.snapshot(sample.state([finishedTurn]), { writer, draft }));

export const writerScenes: Readonly<Record<string, Scene>> = {
  writerElsewhere: followed,
  writerElsewhereQuestion: followedQuestion,
  writerElsewhereNarrow: { options: { ...followed.options, size: { width: 280, height: 640 } } },
  writerNobody: finished({ type: 'nobody' }),
  writerUnreachable: finished({ type: 'unreachable' }),
};
