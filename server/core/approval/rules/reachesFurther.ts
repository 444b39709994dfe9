// Options that make a harmless command run another program or write anywhere: a rule that does not name them does not allow them.

const FURTHER: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'git',
    ['--upload-pack', '--receive-pack', '--exec', '--ext-diff', '--output', '--open-files-in-pager', '--unsafe-paths'],
  ],
  ['hg', ['--config', '--config-file']],
  ['svn', ['--config-option', '--config-dir', '--editor-cmd', '--diff-cmd', '--diff3-cmd']],
  ['jj', ['--config', '--config-file', '--config-toml']],
  ['kubectl', ['--kubeconfig']],
  ['helm', ['--kubeconfig', '--post-renderer']],
]);

/** Whether the words behind a rule's pattern hold such an option; any beginning of it counts, as the programs take one. */
export function reachesFurther(words: readonly string[], length: number): boolean {
  const program = words[0]?.split(/[/\\]/).at(-1) ?? '';
  const options = FURTHER.get(program);
  if (options === undefined) return false;
  return words.slice(length).some((word) => {
    const [option = ''] = word.split('=');
    return option.length > 2 && option.startsWith('--') && options.some((further) => further.startsWith(option));
  });
}
