// How much of the model's context window is used: a ring to glance at, the numbers on demand.
import { useEffect, useState } from 'preact/hooks';
import type { ThreadTokenUsage } from '../../server/protocol/schema/turn.ts';
import { useSession } from '../parts/context.ts';
import { shortNumber } from '../session/timeWords.ts';
import { strings } from '../strings.ts';

/** The ring's circumference is 100, so that a percentage is a length. */
const RADIUS = 100 / (2 * Math.PI);

export function ContextMeter() {
  const usage = useSession().thread.value?.tokenUsage ?? null;
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event: Event): void => {
      if (!(event instanceof KeyboardEvent) || event.key === 'Escape') setIsOpen(false);
    };
    window.addEventListener('pointerdown', close);
    window.addEventListener('keydown', close);
    window.addEventListener('blur', close);
    return () => {
      window.removeEventListener('pointerdown', close);
      window.removeEventListener('keydown', close);
      window.removeEventListener('blur', close);
    };
  }, [isOpen]);
  if (usage === null) return null;
  const percent = percentOf(usage);
  const numbers = numbersOf(usage);
  return (
    <span class="meter">
      <button
        type="button"
        class={`icon-button ${(percent ?? 0) >= 80 ? 'full' : ''}`}
        title={numbers.join('\n')}
        aria-label={percent === undefined ? numbers.join('. ') : strings.contextMeter(percent)}
        aria-expanded={isOpen}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={() => setIsOpen(!isOpen)}
      >
        <svg class="ring" viewBox="0 0 42 42" aria-hidden="true">
          <circle class="ring-track" cx="21" cy="21" r={RADIUS} />
          <circle class="ring-used" cx="21" cy="21" r={RADIUS} stroke-dasharray={`${percent ?? 0} 100`} />
        </svg>
      </button>
      {isOpen && (
        <div class="meter-detail" role="status">
          {numbers.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
    </span>
  );
}

function percentOf({ last, modelContextWindow }: ThreadTokenUsage): number | undefined {
  if (modelContextWindow === null || modelContextWindow <= 0) return undefined;
  return Math.min(100, Math.round((last.totalTokens / modelContextWindow) * 100));
}

function numbersOf(usage: ThreadTokenUsage): string[] {
  const { total, last, modelContextWindow } = usage;
  const percent = percentOf(usage);
  return [
    ...(percent === undefined || modelContextWindow === null
      ? []
      : [
          strings.contextMeter(percent),
          strings.contextNumbers(shortNumber(last.totalTokens), shortNumber(modelContextWindow)),
        ]),
    strings.tokensUsed(shortNumber(total.totalTokens)),
    strings.tokenSplit(
      shortNumber(total.inputTokens),
      shortNumber(total.cachedInputTokens),
      shortNumber(total.outputTokens),
    ),
  ];
}
