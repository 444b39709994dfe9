// The row of buttons under the text: what to attach, the model, how full its context is, send and stop.
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import { useSession } from '../parts/context.ts';
import { IconButton } from '../parts/buttons.tsx';
import { Icon } from '../parts/icon.tsx';
import { isEmptyDraft } from '../session/localState.ts';
import { strings } from '../strings.ts';
import { ModeSwitch } from '../plan/modeSwitch.tsx';
import { ContextMeter } from './contextMeter.tsx';

export interface ComposerBarProps {
  readonly field: { readonly current: HTMLTextAreaElement | null };
  /** Begins to name a file in the text. */
  readonly onMention: () => void;
}

export function ComposerBar({ field, onMention }: ComposerBarProps) {
  const session = useSession();
  const { bridge, composer } = session;
  const attachFiles = async () => {
    for (const attachment of await bridge.call('pickFiles', null)) composer.attach(attachment);
    field.current?.focus();
  };
  const attachSelection = async () => {
    const selection = await bridge.call('currentSelection', null);
    if (selection === null) session.notices.add('info', strings.noSelection);
    else composer.attach(selection);
    field.current?.focus();
  };
  return (
    <div class="composer-bar">
      <IconButton icon="attach" label={strings.attach} onClick={() => session.ask(attachFiles())} />
      <IconButton
        icon="list-selection"
        label={strings.attachSelection}
        onClick={() => session.ask(attachSelection())}
      />
      <IconButton icon="mention" label={strings.mentionFile} onClick={onMention} class="wide-only" />
      <ModeSwitch />
      <ModelButton />
      <span class="spacer" />
      <ContextMeter />
      <SendButtons />
    </div>
  );
}

function ModelButton() {
  const session = useSession();
  const choice = session.model.value;
  const name = choice === null ? strings.noModel : choice.model;
  const title = choice === null ? strings.pickModel : strings.chooseModel(`${choice.model} (${choice.providerName})`);
  return (
    <button
      type="button"
      class="model-button"
      title={title}
      aria-label={title}
      onClick={() => session.ask(session.bridge.call('pickModel', null))}
    >
      <span class="model-name">{name}</span>
      {choice?.isDemo === true && <span class="badge">{strings.demoBadge}</span>}
      <Icon name="chevron-down" />
    </button>
  );
}

/** While the agent works both ways to send are there: the one of Enter, and beside it the one of Alt+Enter. */
function SendButtons() {
  const session = useSession();
  const isEmpty = isEmptyDraft(session.composer.draft.value);
  const { type } = session.activity.value;
  const isRunning = type === 'working' || type === 'retrying' || type === 'approval' || type === 'question';
  const { enter, altEnter } = session.ways.value;
  const label = isRunning ? strings.byKey(LABELS[enter], 'Enter') : strings.send;
  if (isReadOnly(session.writer.value)) return <SendButton icon="arrow-up" label={strings.sendReadOnly} isDisabled />;
  return (
    <>
      {enter !== altEnter && !isEmpty && (
        <IconButton
          icon={ICONS[altEnter]}
          label={strings.byKey(LABELS[altEnter], 'Alt+Enter')}
          class="send-other"
          onClick={() => {
            session.send('altEnter');
            session.composer.focus();
          }}
        />
      )}
      {(!isRunning || !isEmpty) && <SendButton icon={ICONS[enter]} label={label} isDisabled={isEmpty} />}
      {isRunning && (
        <IconButton
          icon="debug-stop"
          label={strings.stop}
          class="stop"
          disabled={session.isStopping.value}
          onClick={() => session.ask(session.stop())}
        />
      )}
    </>
  );
}

const ICONS = { turn: 'arrow-up', queue: 'list-ordered' } as const;
const LABELS = { turn: strings.steer, queue: strings.queue } as const;

function SendButton({ icon, label, isDisabled }: { icon: string; label: string; isDisabled: boolean }) {
  return (
    <button type="submit" class="icon-button send" title={label} aria-label={label} disabled={isDisabled}>
      <Icon name={icon} />
    </button>
  );
}
