// When the agent goes on without an answer, as far as the server has said so.
import { useEffect, useState } from 'preact/hooks';
import type { ToolRequestUserInputParams } from '../../server/protocol/schema/userInput.ts';
import { Icon } from '../parts/icon.tsx';
import { durationWords } from '../session/timeWords.ts';
import { strings } from '../strings.ts';

export function GoesOn({ params }: { params: ToolRequestUserInputParams }) {
  const { autoResolutionMs, startedAtMs } = params;
  const [seenAtMs] = useState(() => Date.now());
  return autoResolutionMs === null ? null : <Countdown untilMs={(startedAtMs || seenAtMs) + autoResolutionMs} />;
}

/** Read aloud each second it would be noise: it is read when the user comes to it. */
function Countdown({ untilMs }: { untilMs: number }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((untilMs - nowMs) / 1000);
  return (
    <div class="card-note">
      <Icon name="watch" tone="quiet" />
      {seconds > 0 ? strings.goesOnIn(durationWords(seconds * 1000)) : strings.goesOnSoon}
    </div>
  );
}
