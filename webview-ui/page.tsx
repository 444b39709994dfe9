// The page: the conversation, or what stands in its place, and the dock with the composer below.
import { Announcer } from './dock/announcer.tsx';
import { Composer } from './composer/composer.tsx';
import { ContextPanel } from './dock/contextPanel.tsx';
import { NoticeList } from './dock/noticeList.tsx';
import { RunningPlan } from './dock/runningPlan.tsx';
import { SafetyStrip } from './dock/safetyStrip.tsx';
import { PlanStrip } from './plan/planStrip.tsx';
import { StatusLine } from './dock/statusLine.tsx';
import { WriterStrip } from './dock/writerStrip.tsx';
import { useSession } from './parts/context.ts';
import { QueuePanel } from './queue/queuePanel.tsx';
import { Transcript } from './transcript/transcript.tsx';
import { FirstRun } from './welcome/firstRun.tsx';
import { Welcome } from './welcome/welcome.tsx';

export function Page() {
  const isPlanning = useSession().mode.value.mode === 'plan';
  return (
    <main class="page">
      <Conversation />
      <div class={`dock ${isPlanning ? 'planning' : ''}`}>
        <ContextPanel />
        <NoticeList />
        <RunningPlan />
        <StatusLine />
        <SafetyStrip />
        <QueuePanel />
        <PlanStrip />
        <WriterStrip />
        <Composer />
        <Announcer />
      </div>
    </main>
  );
}

function Conversation() {
  const session = useSession();
  if (session.rows.value.length > 0) return <Transcript />;
  if (!session.isLoaded.value) return <div class="welcome" />;
  return session.isFirstRun.value ? <FirstRun /> : <Welcome />;
}
