// The environment that the server and its commands see: the user's own, without what the editor added for itself.

/** Variables that belong to the editor's own processes and would mislead a program started from a shell. */
const EDITORS_OWN = /^(?:ELECTRON_|VSCODE_|CODE_SERVER_|APPLICATIONINSIGHTS_|APPLICATION_INSIGHTS_)/;

/** `env` without the editor's own variables, with `added` on top. */
export function serverEnvironment(
  env: Readonly<NodeJS.ProcessEnv>,
  added: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !EDITORS_OWN.test(name));
  return { ...Object.fromEntries(own), ...added };
}
