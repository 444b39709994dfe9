// A text in which secrets were masked, each mark drawn as a chip.
import { Icon } from './icon.tsx';
import { maskedCount, maskedPieces } from '../session/masked.ts';
import { strings } from '../strings.ts';

export function MaskedText({ text }: { text: string }) {
  return (
    <>
      {maskedPieces(text).map((piece, index) =>
        piece.type === 'text' ? (
          piece.text
        ) : (
          <span key={index} class="masked" title={strings.secretMasked(piece.kind)}>
            <Icon name="key" />
            {piece.kind || strings.secret}
          </span>
        ),
      )}
    </>
  );
}

/** Says how many secrets were kept out of the texts; nothing when none were. */
export function MaskedNote({ texts }: { texts: readonly string[] }) {
  const count = texts.reduce((sum, text) => sum + maskedCount(text), 0);
  if (count === 0) return null;
  return (
    <span class="masked-note">
      <Icon name="key" />
      {strings.secretsMasked(count)}
    </span>
  );
}
