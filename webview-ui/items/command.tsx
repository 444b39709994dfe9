// A command the agent ran: its output as it comes, how it ended, and how long it took.
import type { CommandExecutionItem } from '../../server/protocol/schema/item.ts';
import { commandText, oneLine } from '../../server/protocol/shownText.ts';
import { Output } from '../output/output.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import { Fold } from '../parts/fold.tsx';
import type { IconTone } from '../parts/icon.tsx';
import { MaskedNote } from '../parts/masked.tsx';
import { useSession } from '../parts/context.ts';
import { relativePath } from '../session/paths.ts';
import { durationWords } from '../session/timeWords.ts';
import { strings } from '../strings.ts';

export interface CommandProps {
  readonly item: CommandExecutionItem;
  readonly isOpen: boolean;
  readonly foldKey: string;
}

export function Command({ item, isOpen, foldKey }: CommandProps) {
  const session = useSession();
  const command = commandText(item.command);
  const output = item.aggregatedOutput ?? '';
  const state = stateOf(item, isOpen);
  const folder = folderOf(item.cwd, session.thread.value?.thread.cwd, session.folders.value);
  const isLive = state === 'running';
  return (
    <Fold
      foldKey={foldKey}
      icon={ICONS[state].icon}
      tone={ICONS[state].tone}
      title={
        <>
          <code class="command">{oneLine(command, 300)}</code>
          {folder !== undefined && <span class="quiet"> {strings.inFolder(folder)}</span>}
        </>
      }
      meta={
        <>
          <MaskedNote texts={[output]} />
          <Ending item={item} state={state} />
        </>
      }
      openByDefault={isLive ? output !== '' : state === 'failed'}
    >
      <div class="terminal">
        <div class="terminal-command">
          <code>{command}</code>
          <CopyButton text={command} label={strings.copyCommand} />
        </div>
        {output === '' ? (
          !isLive && <div class="output-note">{strings.noOutput}</div>
        ) : (
          <Output text={output} isLive={isLive} />
        )}
      </div>
    </Fold>
  );
}

type CommandState = 'running' | 'background' | 'done' | 'failed' | 'declined';

const ICONS: Record<CommandState, { icon: string; tone: IconTone }> = {
  running: { icon: 'loading', tone: 'busy' },
  background: { icon: 'server-process', tone: 'quiet' },
  done: { icon: 'check', tone: 'good' },
  failed: { icon: 'error', tone: 'bad' },
  declined: { icon: 'circle-slash', tone: 'quiet' },
};

function stateOf(item: CommandExecutionItem, isOpen: boolean): CommandState {
  switch (item.status) {
    case 'inProgress':
      return isOpen ? 'running' : 'background';
    case 'completed':
      return item.exitCode === null || item.exitCode === 0 ? 'done' : 'failed';
    case 'failed':
      return 'failed';
    case 'declined':
      return 'declined';
  }
}

function Ending({ item, state }: { item: CommandExecutionItem; state: CommandState }) {
  const time = typeof item.durationMs === 'number' && item.durationMs >= 100 ? durationWords(item.durationMs) : '';
  switch (state) {
    case 'running':
      return <span class="hidden">{strings.commandRunning}</span>;
    case 'background':
      return <span>{strings.inBackground}</span>;
    case 'declined':
      return <span>{strings.declined}</span>;
    case 'done':
      return (
        <>
          <span class="hidden">{strings.commandDone}</span>
          {time}
        </>
      );
    case 'failed':
      return (
        <>
          <span class="bad">{item.exitCode === null ? strings.failed : strings.exitCode(item.exitCode)}</span>
          {time !== '' && <span>{time}</span>}
        </>
      );
  }
}

/** The folder the command ran in, when it is not the one the conversation is about. */
function folderOf(cwd: string, threadCwd: string | undefined, folders: readonly string[]): string | undefined {
  if (cwd === '' || cwd === threadCwd || (threadCwd === undefined && cwd === folders[0])) return undefined;
  return relativePath(cwd, threadCwd === undefined ? folders : [threadCwd, ...folders]);
}
