// Who else writes the conversation that is shown, and how to go on with it here.
import { isReadOnly, ownerName, type ThreadWriter } from '../../server/protocol/threadWriter.ts';
import { Button } from '../parts/buttons.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';

export function WriterStrip() {
  const session = useSession();
  const writer = session.writer.value;
  const takeOver = () => session.ask(session.bridge.call('runCommand', { command: 'bowline.takeOverThread' }));
  return (
    <div class="writer" role="status">
      {writer.type !== 'here' && (
        <div class="strip writer-strip">
          <Icon name="multiple-windows" tone={isReadOnly(writer) ? 'warn' : 'quiet'} />
          <span class="strip-text">
            {wordsOf(writer)}
            {writer.type === 'elsewhere' && <span class="quiet"> {ownerName(writer.owner)}</span>}
          </span>
          {isReadOnly(writer) && (
            <Button kind="secondary" onClick={takeOver}>
              {strings.takeOver}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function wordsOf({ type }: ThreadWriter): string {
  switch (type) {
    case 'here':
      return '';
    case 'elsewhere':
      return strings.writtenElsewhere;
    case 'nobody':
      return strings.writtenByNobody;
    case 'unreachable':
      return strings.writtenOutOfReach;
  }
}
