// What the agent asked and the user answered, in its place in the conversation.
import type { AnsweredQuestion, AnsweredQuestions } from '../../server/protocol/answeredQuestions.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

export function AnsweredCard({ answered }: { answered: AnsweredQuestions }) {
  return (
    <section class="answered" aria-label={strings.youAnswered}>
      <Icon name="comment" tone="quiet" />
      <dl>
        {answered.questions.map((entry, index) => (
          <div key={index}>
            <dt>{visible(entry.question)}</dt>
            <dd class={typeof entry.answer === 'string' ? 'quiet' : ''}>{wordsOf(entry)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function wordsOf({ answer }: AnsweredQuestion): string {
  if (answer === 'skipped') return strings.youSkipped;
  return answer === 'secret' ? strings.youGaveSecret : visible(answer.text);
}
