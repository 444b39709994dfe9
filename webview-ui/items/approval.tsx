// A request of the agent that waits for the user: what, where, why, and the choices it comes with.
import { memo } from 'preact/compat';
import type { ServerRequest } from '../../server/protocol/methods.ts';
import type { FileUpdateChange, ThreadItem } from '../../server/protocol/schema/item.ts';
import { commandText, visible } from '../../server/protocol/shownText.ts';
import { Icon } from '../parts/icon.tsx';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { countChange } from '../session/changes.ts';
import { choicesOf } from '../session/choices.ts';
import { relativePath } from '../session/paths.ts';
import type { Row } from '../session/rows.ts';
import { strings } from '../strings.ts';
import { FileLine } from './fileChanges.tsx';

export const Approval = memo(({ row }: { row: Extract<Row, { type: 'approval' }> }) => {
  const session = useSession();
  const { request } = row.pending;
  const isAnswered = session.answered.value.has(request.id);
  const titleId = `approval-title-${request.id}`;
  return (
    <section
      class="card approval"
      role="group"
      aria-labelledby={titleId}
      data-approval={String(request.id)}
      tabindex={-1}
    >
      <div class="card-head">
        <Icon name="shield" tone="warn" />
        <h2 class="card-title" id={titleId}>
          {titleOf(request, row.item)}
        </h2>
      </div>
      <What request={request} item={row.item} />
      <Reasons request={request} />
      <div class="button-row" role="group" aria-label={strings.choices}>
        {choicesOf(request).map(({ label, tone, decision }) => (
          <Button
            key={label}
            kind={tone === 'allow' ? 'primary' : 'secondary'}
            disabled={isAnswered}
            onClick={() => session.answer(request, decision)}
          >
            {label}
          </Button>
        ))}
      </div>
      {isAnswered && <div class="card-note">{strings.answering}</div>}
    </section>
  );
});

function titleOf(request: ServerRequest, item: ThreadItem | undefined): string {
  if (request.method === 'item/commandExecution/requestApproval') {
    return request.params.kind === 'network' ? strings.approveNetwork : strings.approveCommand;
  }
  const { grantRoot } = request.params;
  return grantRoot ? strings.approveGrant(grantRoot) : strings.approvePatch(changesOf(item).length);
}

function What({ request, item }: { request: ServerRequest; item: ThreadItem | undefined }) {
  if (request.method === 'item/fileChange/requestApproval')
    return <Files request={request} changes={changesOf(item)} />;
  const command = request.params.command ?? (item?.type === 'commandExecution' ? item.command : '');
  return (
    <pre class="approval-command" tabindex={0}>
      <code>{visible(commandText(command))}</code>
    </pre>
  );
}

function Files({ request, changes }: { request: ServerRequest; changes: readonly FileUpdateChange[] }) {
  const session = useSession();
  const { threadId, turnId, itemId } = request.params;
  return (
    <ul class="files">
      {changes.map(countChange).map((file) => (
        <FileLine
          key={file.path}
          file={file}
          onOpen={() => session.ask(session.bridge.call('openDiff', { threadId, turnId, itemId, path: file.path }))}
        />
      ))}
    </ul>
  );
}

function Reasons({ request }: { request: ServerRequest }) {
  const session = useSession();
  const cwd = request.method === 'item/commandExecution/requestApproval' ? (request.params.cwd ?? '') : '';
  const { reason } = request.params;
  const where = relativePath(cwd, session.folders.value);
  if (cwd === '' && !reason) return null;
  return (
    <dl class="reasons">
      {cwd !== '' && (
        <>
          <dt>{strings.where}</dt>
          <dd title={cwd}>{where === '.' ? cwd : where}</dd>
        </>
      )}
      {reason && (
        <>
          <dt>{strings.why}</dt>
          <dd>{visible(reason)}</dd>
        </>
      )}
    </dl>
  );
}

function changesOf(item: ThreadItem | undefined): readonly FileUpdateChange[] {
  return item?.type === 'fileChange' ? item.changes : [];
}
