// Refuses messages that are longer than the protocol allows.
import { ProtocolError } from '../protocol/errors.ts';
import type { UserInput } from '../protocol/schema/item.ts';

/** In characters, over all text of one message. */
const LONGEST_INPUT = 1_048_576;

export function refuseTooLong(input: readonly UserInput[]): void {
  const length = input.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
  if (length <= LONGEST_INPUT) return;
  throw new ProtocolError('invalidParams', `Input exceeds the maximum length of ${LONGEST_INPUT} characters.`, {
    kind: 'inputTooLarge',
    data: { input_error_code: 'input_too_large', max_chars: LONGEST_INPUT, actual_chars: length, path: 'input' },
  });
}
