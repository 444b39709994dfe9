// What the user said, with what was attached.
import type { ComponentChildren } from 'preact';
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import type { UserMessageItem } from '../../server/protocol/schema/item.ts';
import type { OutgoingMessage } from '../session/outbox.ts';
import { shownMessage } from '../session/userInput.ts';
import { strings } from '../strings.ts';
import { AttachmentChip } from '../parts/attachmentChip.tsx';
import { Icon } from '../parts/icon.tsx';

export function UserMessage({ item }: { item: UserMessageItem }) {
  const { text, attachments } = shownMessage(item.content);
  return <Bubble text={text} attachments={attachments} />;
}

/** A message that the thread does not hold yet. */
export function OutgoingBubble({ message, isRunning }: { message: OutgoingMessage; isRunning: boolean }) {
  const note = noteOf(message, isRunning);
  return (
    <Bubble text={message.text} attachments={message.attachments} isPending>
      <div class="bubble-note">
        <Icon name={message.phase === 'accepted' ? 'history' : 'loading'} tone="quiet" />
        {note}
      </div>
    </Bubble>
  );
}

function noteOf({ phase }: OutgoingMessage, isRunning: boolean): string {
  if (phase === 'waiting') return strings.queuedMessage;
  return phase === 'accepted' && isRunning ? strings.steeringMessage : strings.sendingMessage;
}

interface BubbleProps {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly isPending?: boolean;
  readonly children?: ComponentChildren;
}

function Bubble({ text, attachments, isPending = false, children }: BubbleProps) {
  return (
    <div class={`bubble ${isPending ? 'pending' : ''}`}>
      <span class="hidden">{strings.you}: </span>
      {text !== '' && <div class="bubble-text">{text}</div>}
      {attachments.length > 0 && (
        <div class="chips">
          {attachments.map((attachment, index) => (
            <AttachmentChip key={index} attachment={attachment} />
          ))}
        </div>
      )}
      {children}
    </div>
  );
}
