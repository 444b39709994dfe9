// What closes a turn: its plan, what it changed, why it failed, and what can be done with it.
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import type { TurnPlan } from '../../server/protocol/state/threadState.ts';
import { Button, IconButton } from '../parts/buttons.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import { Counts } from '../parts/counts.tsx';
import { Fold } from '../parts/fold.tsx';
import { Icon } from '../parts/icon.tsx';
import { useFold, useSession } from '../parts/context.ts';
import { totalOf } from '../session/changes.ts';
import { failureOf, type Remedy } from '../session/failure.ts';
import type { Row } from '../session/rows.ts';
import { durationWords } from '../session/timeWords.ts';
import { strings } from '../strings.ts';
import { FileLine } from './fileChanges.tsx';
import { PlanSteps } from './planSteps.tsx';

export function PlanRow({ plan, foldKey }: { plan: TurnPlan; foldKey: string }) {
  const done = plan.steps.filter((step) => step.status === 'completed').length;
  return (
    <Fold foldKey={foldKey} icon="checklist" title={strings.planDone(done, plan.steps.length)}>
      <PlanSteps plan={plan} />
    </Fold>
  );
}

export function ChangesRow({ row }: { row: Extract<Row, { type: 'changes' }> }) {
  const session = useSession();
  const [isOpen, toggle] = useFold(row.key, false);
  const threadId = session.thread.value?.thread.id ?? '';
  const review = () => session.ask(session.bridge.call('reviewChanges', { threadId, turnId: row.turnId }));
  return (
    <section class="changes-card" aria-label={strings.filesChanged(row.files.length)}>
      <div class="changes-head">
        <button type="button" class="fold-line" aria-expanded={isOpen} onClick={toggle}>
          <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} tone="quiet" />
          <span class="fold-title">{strings.filesChanged(row.files.length)}</span>
          <Counts {...totalOf(row.files)} />
        </button>
        <Button kind="secondary" label={strings.reviewChanges} onClick={review}>
          {strings.review}
        </Button>
      </div>
      {isOpen && (
        <ul class="files">
          {row.files.map((file) => (
            <FileLine
              key={file.path}
              file={file}
              onOpen={() => session.ask(session.bridge.call('openFile', { path: file.path }))}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

export function FailureRow({ turn, isLast }: { turn: Turn; isLast: boolean }) {
  const session = useSession();
  const failure = failureOf(turn);
  return (
    <section class="card bad" role="alert">
      <div class="card-head">
        <Icon name="error" tone="bad" />
        <span class="card-title">{failure.message}</span>
      </div>
      {failure.details !== '' && <div class="card-detail">{failure.details}</div>}
      {isLast && !isReadOnly(session.writer.value) && (
        <div class="button-row">
          {failure.remedies.map((remedy, index) => (
            <RemedyButton key={remedy} remedy={remedy} turn={turn} isFirst={index === 0} />
          ))}
        </div>
      )}
    </section>
  );
}

function RemedyButton({ remedy, turn, isFirst }: { remedy: Remedy; turn: Turn; isFirst: boolean }) {
  const session = useSession();
  const { label, run } = {
    retry: { label: strings.retry, run: () => session.sayAgain(turn) },
    goOn: { label: strings.goOn, run: () => session.say(strings.goOnMessage) },
    setApiKey: { label: strings.setApiKey, run: () => session.ask(session.bridge.call('setApiKey', null)) },
    pickModel: { label: strings.pickModel, run: () => session.ask(session.bridge.call('pickModel', null)) },
    newConversation: {
      label: strings.newConversation,
      run: () => session.ask(session.bridge.call('showThread', { threadId: null })),
    },
  }[remedy];
  return (
    <Button kind={isFirst ? 'primary' : 'secondary'} onClick={run}>
      {label}
    </Button>
  );
}

export function TurnEnd({ row }: { row: Extract<Row, { type: 'turnEnd' }> }) {
  const session = useSession();
  const { turn, answer, isLast } = row;
  const threadId = session.thread.value?.thread.id ?? '';
  const fork = () => session.ask(session.bridge.call('forkAt', { threadId, lastTurnId: turn.id }));
  const mayWrite = !isReadOnly(session.writer.value);
  const restore = () => session.ask(session.bridge.call('restoreFiles', { threadId, turnId: turn.id }));
  return (
    <div class={`turn-end ${isLast ? 'last' : ''}`} role="toolbar" aria-label={strings.turnActions}>
      {answer !== '' && <CopyButton text={answer} label={strings.copyAnswer} />}
      <IconButton icon="repo-forked" label={strings.forkHere} onClick={fork} />
      {mayWrite && <IconButton icon="discard" label={strings.restoreFiles} onClick={restore} />}
      <IconButton icon="eye" label={strings.showContext} onClick={() => session.context.show(turn.id)} />
      <span class="turn-state">
        {turn.status === 'interrupted' && <span>{strings.stopped}</span>}
        {typeof turn.durationMs === 'number' && <span>{durationWords(turn.durationMs)}</span>}
      </span>
      {turn.status === 'interrupted' && isLast && mayWrite && (
        <button type="button" class="link-button" onClick={() => session.say(strings.goOnMessage)}>
          {strings.goOn}
        </button>
      )}
    </div>
  );
}
