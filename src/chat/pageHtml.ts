// The page's frame: it names the built chat, and forbids everything else.
import { randomBytes } from 'node:crypto';

/** What the editor says about a webview, with the addresses of the built files. */
export interface PageSources {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly codicons: string;
}

/** The HTML of the chat. No script but ours runs, nothing is loaded from the network, nothing is sent anywhere. */
export function pageHtml({ cspSource, script, style, codicons }: PageSources): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    // the entry by its nonce, and the chunks that it imports by their place
    `script-src 'nonce-${nonce}' ${cspSource}`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1.0" />
    <link rel="stylesheet" nonce="${nonce}" href="${codicons}" id="vscode-codicon-stylesheet" />
    <link rel="stylesheet" nonce="${nonce}" href="${style}" />
    <title>Bowline</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
