// One question of a card: its options as a group of radio buttons, and a field for the user's own words.
import type { UserQuestion } from '../../server/protocol/schema/userInput.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { strings } from '../strings.ts';
import { hasWords, optionsOf, type QuestionDraft } from './questionDraft.ts';

export interface QuestionFieldsProps {
  readonly question: UserQuestion;
  /** Unique on the page. */
  readonly name: string;
  readonly draft: QuestionDraft;
  /** It was sent without an answer to this one. */
  readonly isMissed: boolean;
  readonly onChange: (change: Partial<QuestionDraft>) => void;
}

export function QuestionFields(props: QuestionFieldsProps) {
  const { question, name, draft, isMissed, onChange } = props;
  const options = optionsOf(question);
  return (
    <div
      class={`question-fields ${isMissed ? 'missed' : ''}`}
      role={options.length > 0 ? 'radiogroup' : 'group'}
      aria-labelledby={`${name}-text`}
      aria-invalid={isMissed}
      data-question-id={question.id}
    >
      <div class="question-text" id={`${name}-text`}>
        {question.header !== '' && <span class="question-header">{visible(question.header)}</span>}
        <span>{visible(question.question)}</span>
      </div>
      {options.map(({ label, description }, index) => (
        <label key={index} class="question-option">
          <input
            type="radio"
            name={name}
            data-choice={index}
            checked={draft.choice === index}
            aria-describedby={description === '' ? undefined : `${name}-${index}`}
            onChange={() => onChange({ choice: index })}
          />
          <span class="question-label">
            <span class="question-number" aria-hidden="true">
              {index + 1}
            </span>
            {visible(label)}
          </span>
          {description !== '' && (
            <span class="question-description" id={`${name}-${index}`}>
              {visible(description)}
            </span>
          )}
        </label>
      ))}
      {hasWords(question) && <OwnWords {...props} />}
    </div>
  );
}

/** Beside options the own words are one more of them; alone they are all there is. */
function OwnWords({ question, name, draft, onChange }: QuestionFieldsProps) {
  const isChoice = optionsOf(question).length > 0;
  const placeholder = question.isSecret ? strings.secretPlaceholder : strings.otherPlaceholder;
  const field = {
    class: 'question-words',
    value: draft.words,
    placeholder,
    'aria-label': strings.otherLabel(question.header),
    autocomplete: 'off',
    spellcheck: false,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
      onChange({ choice: 'other', words: currentTarget.value }),
  };
  return (
    <div class={`question-own ${isChoice ? 'choice' : ''}`}>
      {isChoice && (
        <input
          type="radio"
          name={name}
          checked={draft.choice === 'other'}
          aria-label={strings.otherAnswer}
          onChange={() => onChange({ choice: 'other' })}
        />
      )}
      {question.isSecret ? <input type="password" {...field} /> : <input type="text" {...field} />}
    </div>
  );
}
