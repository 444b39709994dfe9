// One of VS Code's own icons.

export type IconTone = 'plain' | 'quiet' | 'good' | 'bad' | 'warn' | 'busy';

export function Icon({ name, tone = 'plain' }: { name: string; tone?: IconTone }) {
  const spin = name === 'loading' ? ' codicon-modifier-spin' : '';
  return <span class={`codicon codicon-${name}${spin} tone-${tone}`} aria-hidden="true" />;
}
