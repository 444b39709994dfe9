// One attachment as a chip: opens what it stands for, and can be taken off while the message is unsent.
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import { strings } from '../strings.ts';
import { Icon } from './icon.tsx';
import { useSession } from './context.ts';

export function AttachmentChip({ attachment, onRemove }: { attachment: Attachment; onRemove?: () => void }) {
  const name = chipName(attachment);
  return (
    <span class="chip">
      <ChipFace attachment={attachment} name={name} />
      {onRemove !== undefined && (
        <button
          type="button"
          class="chip-remove"
          title={strings.removeAttachment(name)}
          aria-label={strings.removeAttachment(name)}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

function ChipFace({ attachment, name }: { attachment: Attachment; name: string }) {
  const session = useSession();
  if (attachment.type === 'image') {
    return (
      <span class="chip-face">
        <img class="chip-image" src={attachment.url} alt={name} />
        <span class="chip-name">{name}</span>
      </span>
    );
  }
  const line = attachment.type === 'selection' ? { line: attachment.startLine } : {};
  const open = () => session.ask(session.bridge.call('openFile', { path: attachment.path, ...line }));
  const isKept = attachment.keptBy !== undefined;
  const title = isKept ? `${attachment.path}\n${strings.keptFile}` : attachment.path;
  return (
    <button type="button" class={`chip-face ${isKept ? 'kept' : ''}`} title={title} onClick={open}>
      <Icon name={isKept ? 'lock' : attachment.type === 'selection' ? 'list-selection' : 'file'} />
      <span class="chip-name">{name}</span>
      {isKept && <span class="hidden">, {strings.keptFile}</span>}
    </button>
  );
}

function chipName(attachment: Attachment): string {
  switch (attachment.type) {
    case 'file':
      return attachment.name;
    case 'selection':
      return `${attachment.name}${strings.lines(attachment.startLine, attachment.endLine)}`;
    case 'image':
      return attachment.name || strings.image;
  }
}
