// A question card: what the agent wants to know, with one choice or the user's own words for each, by keyboard alone.
import { useRef, useState } from 'preact/hooks';
import type { OpenQuestion } from '../../server/protocol/state/threadState.ts';
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import type { Session } from '../session/session.ts';
import { strings } from '../strings.ts';
import { GoesOn } from './goesOn.tsx';
import { draftOf, firstOpen, optionsOf } from './questionDraft.ts';
import { QuestionFields } from './questionFields.tsx';

export function QuestionCard({ question }: { question: OpenQuestion }) {
  const session = useSession();
  const card = useRef<HTMLFormElement>(null);
  const [missed, setMissed] = useState<string | null>(null);
  const { request } = question;
  const { questions } = request.params;
  const draft = session.questions.draft(request);
  const titleId = `question-title-${request.id}`;
  const send = (how: 'answer' | 'skip'): void => {
    if (isReadOnly(session.writer.value)) return;
    const open = how === 'skip' ? null : firstOpen(questions, draft);
    setMissed(open);
    if (open !== null) return focusOn(card.current, open);
    session.questions.submit(question, how);
    // the card goes away under the user's fingers
    if (card.current?.contains(document.activeElement) === true) session.composer.focus();
  };
  return (
    <form
      ref={card}
      class="card question-card"
      aria-labelledby={titleId}
      data-question={String(request.id)}
      tabindex={-1}
      onSubmit={(event) => {
        event.preventDefault();
        send('answer');
      }}
      onKeyDown={(event) => {
        if (chosenByNumber(event, { session, question })) event.preventDefault();
      }}
    >
      <div class="card-head">
        <Icon name="question" tone="warn" />
        <h2 class="card-title" id={titleId}>
          {strings.agentAsks(questions.length)}
        </h2>
      </div>
      {questions.map((entry) => (
        <QuestionFields
          key={entry.id}
          question={entry}
          name={`question-${request.id}-${entry.id}`}
          draft={draftOf(draft, entry)}
          isMissed={missed === entry.id && firstOpen([entry], draft) !== null}
          onChange={(change) => session.questions.change(request, entry.id, change)}
        />
      ))}
      <Choices onSkip={() => send('skip')} />
      <GoesOn params={request.params} />
    </form>
  );
}

function Choices({ onSkip }: { onSkip: () => void }) {
  const session = useSession();
  if (isReadOnly(session.writer.value)) return <div class="card-note">{strings.answeredElsewhere}</div>;
  return (
    <div class="button-row" role="group" aria-label={strings.choices}>
      <button type="submit" class="button primary">
        <span class="button-label">{strings.submitAnswers}</span>
      </button>
      <Button onClick={onSkip}>{strings.skipQuestions}</Button>
      <span class="question-keys" aria-hidden="true">
        {strings.questionKeys}
      </span>
    </div>
  );
}

/** Where the user goes on: in the field of their own words if they chose that, or at the first of the options. */
function focusOn(card: HTMLFormElement | null, questionId: string): void {
  const fields = card?.querySelector(`[data-question-id="${CSS.escape(questionId)}"]`);
  const isOther = fields?.querySelector('.question-own :checked') !== null;
  fields?.querySelector<HTMLElement>(isOther ? '.question-words' : 'input')?.focus();
}

/** A digit chooses in the question that has the focus, or in the first one that is open. */
function chosenByNumber(
  event: KeyboardEvent,
  { session, question: { request } }: { session: Session; question: OpenQuestion },
): boolean {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (altKey || ctrlKey || metaKey || !/^[1-9]$/.test(key) || !(target instanceof HTMLElement)) return false;
  if (target.matches('input:not([type="radio"])')) return false;
  const { questions } = request.params;
  const within = target.closest<HTMLElement>('[data-question-id]')?.dataset['questionId'];
  const id = within ?? firstOpen(questions, session.questions.draft(request));
  const asked = questions.find((entry) => entry.id === id);
  const choice = Number(key) - 1;
  if (asked === undefined || optionsOf(asked)[choice] === undefined) return false;
  session.questions.change(request, asked.id, { choice });
  const card = target.closest('[data-question]');
  card?.querySelector<HTMLElement>(`[data-question-id="${CSS.escape(asked.id)}"] [data-choice="${choice}"]`)?.focus();
  return true;
}
