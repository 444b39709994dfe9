// Makes HTML that a model wrote harmless before it reaches the page.
import DOMPurify from 'dompurify';

const TAGS = [
  'a',
  'blockquote',
  'br',
  'button',
  'code',
  'del',
  'details',
  'div',
  'em',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'kbd',
  'li',
  'ol',
  'p',
  'pre',
  's',
  'span',
  'strong',
  'b',
  'i',
  'sub',
  'summary',
  'sup',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
  'ul',
];
/** Attributes that hold no address. */
const HARMLESS = [
  'title',
  'class',
  'align',
  'start',
  'open',
  'type',
  'tabindex',
  'data-path',
  'data-line',
  'data-copy',
  'aria-label',
];

/** The HTML as nodes that run nothing, load nothing, and carry no style of their own. */
export function sanitize(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href', ...HARMLESS],
    ADD_URI_SAFE_ATTR: HARMLESS,
    ALLOW_DATA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
  });
}
