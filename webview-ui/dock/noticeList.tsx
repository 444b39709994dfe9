// What went wrong, above the composer, until it is dismissed or the user goes on.
import { IconButton } from '../parts/buttons.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';

const ICONS = {
  error: { name: 'error', tone: 'bad' },
  warning: { name: 'warning', tone: 'warn' },
  info: { name: 'info', tone: 'quiet' },
} as const;

export function NoticeList() {
  const { notices } = useSession();
  return (
    <div class="notices" role="alert">
      {notices.shown.value.map(({ id, tone, text }) => (
        <div key={id} class={`notice ${tone}`}>
          <Icon {...ICONS[tone]} />
          <span class="notice-text">{text}</span>
          <IconButton icon="close" label={strings.dismiss} onClick={() => notices.dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
