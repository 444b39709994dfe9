// What a request is about: the command, the files of an edit, the host, or the paths that shall be opened.
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { FileUpdateChange, ThreadItem } from '../../server/protocol/schema/item.ts';
import { commandText, visible } from '../../server/protocol/shownText.ts';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { countChange } from '../session/changes.ts';
import { relativePath } from '../session/paths.ts';
import { strings } from '../strings.ts';
import { FileLine } from './fileChanges.tsx';

type RequestOf<M extends ApprovalRequest['method']> = Extract<ApprovalRequest, { method: M }>;

export interface ApprovalSubjectProps {
  readonly request: ApprovalRequest;
  readonly item: ThreadItem | undefined;
}

export function ApprovalSubject({ request, item }: ApprovalSubjectProps) {
  switch (request.method) {
    case 'item/commandExecution/requestApproval':
      return <CommandSubject request={request} item={item} />;
    case 'item/fileChange/requestApproval':
      return <Files request={request} changes={changesOf(item)} />;
    case 'item/permissions/requestApproval':
      return <Permissions request={request} />;
  }
}

export function changesOf(item: ThreadItem | undefined): readonly FileUpdateChange[] {
  return item?.type === 'fileChange' ? item.changes : [];
}

const PROTOCOLS = { http: 'HTTP', https: 'HTTPS', socks5Tcp: 'TCP', socks5Udp: 'UDP' } as const;

function CommandSubject({
  request,
  item,
}: {
  request: RequestOf<'item/commandExecution/requestApproval'>;
  item: ThreadItem | undefined;
}) {
  const command = request.params.command ?? (item?.type === 'commandExecution' ? item.command : '');
  const target = request.params.networkApprovalContext;
  const lines = (
    <pre class={`approval-command ${target ? 'below' : ''}`} tabindex={0}>
      <code>{visible(commandText(command))}</code>
    </pre>
  );
  if (!target) return lines;
  return (
    <div>
      <div class="subject-head">{strings.waitingCommand(PROTOCOLS[target.protocol])}</div>
      {lines}
    </div>
  );
}

function Files({
  request,
  changes,
}: {
  request: RequestOf<'item/fileChange/requestApproval'>;
  changes: readonly FileUpdateChange[];
}) {
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

function Permissions({ request }: { request: RequestOf<'item/permissions/requestApproval'> }) {
  const { network, fileSystem } = request.params.permissions;
  return (
    <div class="permissions">
      <Paths title={strings.wantsRead} icon="eye" paths={fileSystem?.read ?? []} />
      <Paths title={strings.wantsWrite} icon="edit" paths={fileSystem?.write ?? []} />
      {network?.enabled === true && (
        <div class="wants-network">
          <Icon name="globe" />
          {strings.wantsNetwork}
        </div>
      )}
    </div>
  );
}

function Paths({ title, icon, paths }: { title: string; icon: string; paths: readonly string[] }) {
  const session = useSession();
  if (paths.length === 0) return null;
  return (
    <>
      <div class="subject-head">{title}</div>
      <ul class="files">
        {paths.map((path) => (
          <li key={path}>
            <button
              type="button"
              class="file-line"
              title={path}
              onClick={() => session.ask(session.bridge.call('openFile', { path }))}
            >
              <Icon name={icon} tone="quiet" />
              <span class="file-name">{visible(relativePath(path, session.folders.value))}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
