// One line above the composer that says what is going on, and what to do when nothing is.
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import type { Activity } from '../session/activity.ts';
import { durationWords } from '../session/timeWords.ts';
import { strings } from '../strings.ts';

/** A silence that is worth telling. */
const SILENCE_MS = 20_000;

export function StatusLine() {
  const session = useSession();
  const activity = session.activity.value;
  if (activity.type === 'idle') return <div class="status-line idle" role="status" />;
  const isStopping = session.isStopping.value;
  return (
    <div class={`status-line ${activity.type}`}>
      <Icon {...ICONS[activity.type]} />
      <span class="status-text">
        <span role="status">{isStopping ? strings.stopping : activity.text}</span>
        {activity.type === 'retrying' && activity.cause !== '' && <span class="status-cause">: {activity.cause}</span>}
        {activity.type === 'working' && <Elapsed since={activity.since} />}
      </span>
      <StatusButton activity={activity} />
    </div>
  );
}

const ICONS = {
  starting: { name: 'loading', tone: 'busy' },
  broken: { name: 'debug-disconnect', tone: 'bad' },
  approval: { name: 'shield', tone: 'warn' },
  question: { name: 'question', tone: 'warn' },
  retrying: { name: 'warning', tone: 'warn' },
  working: { name: 'loading', tone: 'busy' },
} as const;

/** The time that has passed; read aloud it would be noise. */
function Elapsed({ since }: { since: number }) {
  const session = useSession();
  const now = useSeconds();
  const silence = now - Math.max(session.heardAt.value, since);
  return (
    <span class="quiet" aria-hidden="true">
      {now - since >= 1000 && since > 0 && ` ${durationWords(Math.floor((now - since) / 1000) * 1000)}`}
      {session.heardAt.value > 0 && silence > SILENCE_MS && `, ${strings.silentFor(durationWords(silence))}`}
    </span>
  );
}

function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function StatusButton({ activity }: { activity: Activity }) {
  const session = useSession();
  if (activity.type === 'approval' || activity.type === 'question') {
    return (
      <button type="button" class="link-button" onClick={session.showApproval}>
        {strings.showApproval}
      </button>
    );
  }
  if (activity.type !== 'broken') return null;
  const run = (command: `bowline.${string}`) => session.ask(session.bridge.call('runCommand', { command }));
  return (
    <>
      {!activity.isRestarting && (
        <button type="button" class="link-button" onClick={() => run('bowline.restartServer')}>
          {strings.restartServer}
        </button>
      )}
      <button type="button" class="link-button" onClick={() => run('bowline.showLog')}>
        {strings.showLog}
      </button>
    </>
  );
}
