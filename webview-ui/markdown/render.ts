// Turns one Markdown block into HTML: code with a head and a copy button, links that the page opens through its host.
import { Marked, type Tokens } from 'marked';
import { looksLikeFile, parseFileReference } from '../session/paths.ts';
import { strings } from '../strings.ts';
import { escapeHtml, highlight } from './highlight.ts';

const COPY_BUTTON = `<button type="button" class="icon-button" data-copy="code" title="${strings.copyItem}" aria-label="${strings.copyItem}"><span class="codicon codicon-copy"></span></button>`;

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    code({ text, lang }: Tokens.Code): string {
      const language = /^[\w+#.-]*/.exec(lang ?? '')?.[0] ?? '';
      const head = `<div class="code-head"><span class="code-language">${escapeHtml(language)}</span>${COPY_BUTTON}</div>`;
      return `<div class="code-block">${head}<pre tabindex="0"><code>${highlight(text, language)}</code></pre></div>`;
    },
    codespan({ text }: Tokens.Codespan): string {
      const code = `<code>${escapeHtml(text)}</code>`;
      return looksLikeFile(text) ? fileLink(text, code) : code;
    },
    link({ href, text, tokens }: Tokens.Link): string {
      const label = this.parser.parseInline(tokens) || escapeHtml(text);
      if (/^(?:https?|mailto):/i.test(href))
        return `<a href="${escapeHtml(href)}" title="${escapeHtml(href)}">${label}</a>`;
      // inside a link, code that names a file is no link of its own
      return fileLink(href, label.replaceAll(/<\/?a\b[^>]*>/g, ''));
    },
    image({ href, text }: Tokens.Image): string {
      // pictures from elsewhere would tell their server what is being read
      const label = escapeHtml(text || href);
      return /^https?:/i.test(href)
        ? `<a href="${escapeHtml(href)}" title="${escapeHtml(href)}">${label}</a>`
        : fileLink(href, label);
    },
    table(token: Tokens.Table): string {
      const cells = (row: Tokens.TableCell[], tag: string) =>
        row
          .map(
            ({ tokens, align }) =>
              `<${tag}${align ? ` align="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag}>`,
          )
          .join('');
      const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('');
      return `<div class="table-scroll" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`;
    },
    html({ text }: Tokens.HTML | Tokens.Tag): string {
      return plainTags(text);
    },
    checkbox({ checked }: Tokens.Checkbox): string {
      return `<span class="codicon codicon-${checked ? 'pass' : 'circle-large'} task-box"></span> `;
    },
  },
});

/** The HTML of a block, not yet sanitised. `definitions` are the link definitions of the whole text. */
export function renderBlock(block: string, definitions = ''): string {
  return marked.parse(definitions === '' ? block : `${block}\n\n${definitions}`, { async: false });
}

const TAG_OR_SIGN = /<!--[^]*?-->|<[^<>]*>|[<>&]/g;
const PLAIN_TAG = /^<\/?(?:b|br|code|del|details|em|i|kbd|li|ol|p|s|strong|sub|summary|sup|ul)\s*\/?>$/i;

/** HTML that a model wrote: a few tags that only shape text, without attributes; everything else is shown as it was written. */
function plainTags(text: string): string {
  return text.replaceAll(TAG_OR_SIGN, (found) => {
    if (found.startsWith('<!--')) return '';
    return PLAIN_TAG.test(found) ? found : escapeHtml(found);
  });
}

function fileLink(target: string, label: string): string {
  const { path, line } = parseFileReference(target);
  const at = line === undefined ? '' : ` data-line="${line}"`;
  return `<a href="#" class="file-link" data-path="${escapeHtml(path)}"${at} title="${escapeHtml(target)}">${label}</a>`;
}
