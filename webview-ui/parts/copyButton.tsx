// Copies a text through the host, and says for a moment that it did.
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { IconButton } from './buttons.tsx';
import { useSession } from './context.ts';

const CONFIRMED_MS = 1500;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const session = useSession();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    session.ask(session.bridge.call('copyText', { text }).then(() => setCopied(true)));
  };
  return <IconButton icon={copied ? 'check' : 'copy'} label={copied ? strings.copied : label} onClick={copy} />;
}
