// What an action did in a copy of the workspace, and the button that makes exactly that real.
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { Output } from '../output/output.tsx';
import { Button } from '../parts/buttons.tsx';
import { Fold } from '../parts/fold.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { countChange } from '../session/changes.ts';
import type { Asked, ShownRehearsal } from '../session/openCards.ts';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { FileLine } from './fileChanges.tsx';

export interface RehearsalProps {
  readonly request: ApprovalRequest;
  readonly rehearsal: Asked<ShownRehearsal>;
}

export function RehearsalPanel({ request, rehearsal }: RehearsalProps) {
  switch (rehearsal.type) {
    case 'waiting':
      return (
        <div class="rehearsal card-note" role="status">
          <Icon name="loading" tone="busy" /> {strings.rehearsing}
        </div>
      );
    case 'failed':
      return (
        <div class="rehearsal card-note" role="status">
          <Icon name="error" tone="bad" /> {visible(strings.rehearsalFailed(rehearsal.reason))}
        </div>
      );
    case 'known':
      return <Result request={request} shown={rehearsal.value} />;
  }
}

function Result({ request, shown }: { request: ApprovalRequest; shown: ShownRehearsal }) {
  const session = useSession();
  const { rehearsal } = shown;
  const { exitCode, output, changes, limitation, rehearsalId } = rehearsal;
  const isStale = isOutdated(session, request, shown);
  // all of them stand in one editor, the one that was clicked first; the output is shown right here
  const open = (first: FileUpdateChange) => {
    const ordered = [first, ...changes.filter((change) => change !== first)];
    session.ask(session.bridge.call('openRehearsal', { rehearsal: { ...rehearsal, changes: ordered, output: '' } }));
  };
  return (
    <div class="rehearsal">
      <div class="rehearsal-head" role="status">
        <Icon name="beaker" />
        <span class="panel-title">{strings.rehearsed}:</span>
        {exitCode !== null && (
          <span class={exitCode === 0 ? '' : 'bad'}>
            {strings.exitCode(exitCode)}
            {','}
          </span>
        )}
        <span>{strings.wouldChange(changes.length)}</span>
      </div>
      {changes.length > 0 && (
        <ul class="files">
          {changes.map((change) => (
            <FileLine key={change.path} file={countChange(change)} onOpen={() => open(change)} />
          ))}
        </ul>
      )}
      {output !== '' && (
        <Fold
          foldKey={`rehearsal/${rehearsalId}/output`}
          icon="output"
          title={strings.rehearsalOutput}
          openByDefault={exitCode !== 0}
        >
          <div class="terminal">
            <Output text={output} isLive={false} />
          </div>
        </Fold>
      )}
      {limitation !== null && (
        <div class="card-note">
          <Icon name="info" /> {visible(limitation)}
        </div>
      )}
      <div class="card-note" role="status">
        {isStale && <Icon name="warning" tone="warn" />} {isStale ? strings.rehearsalStale : strings.nothingChangedYet}
      </div>
    </div>
  );
}

export interface ApplyRehearsalProps {
  readonly request: ApprovalRequest;
  readonly rehearsal: Asked<ShownRehearsal> | undefined;
  readonly isPrimary: boolean;
}

/** Nothing until there is a result. */
export function ApplyRehearsal({ request, rehearsal, isPrimary }: ApplyRehearsalProps) {
  const session = useSession();
  if (rehearsal?.type !== 'known') return null;
  const { rehearsalId } = rehearsal.value.rehearsal;
  return (
    <Button
      kind={isPrimary ? 'primary' : 'secondary'}
      disabled={session.answered.value.has(request.id) || isOutdated(session, request, rehearsal.value)}
      onClick={() => session.answer(request, { decision: { acceptRehearsal: { rehearsal_id: rehearsalId } } })}
    >
      {strings.applyResult}
    </Button>
  );
}

/** What the page can see of it; the server looks at the files themselves before it applies anything. */
function isOutdated(session: Session, request: ApprovalRequest, { diffBefore }: ShownRehearsal): boolean {
  return session.turnDiff(request.params.turnId) !== diffBefore;
}
