// Finds tokens and keys of known services with the rules of secretlint.
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleCreator, SecretLintRuleReportHandler, SecretLintSourceCode } from '@secretlint/types';
import type { FoundSecret, SecretDetector } from '../../core/secrets/foundSecret.ts';

const PREFIX = '@secretlint/secretlint-rule-';

const LABELS: Readonly<Record<string, string>> = {
  '1password': '1Password token',
  anthropic: 'Anthropic key',
  cloudflare: 'Cloudflare token',
  databricks: 'Databricks token',
  docker: 'Docker token',
  figma: 'Figma token',
  gcp: 'Google Cloud key',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  grafana: 'Grafana token',
  groq: 'Groq key',
  'hashicorp-vault': 'Vault token',
  huggingface: 'Hugging Face token',
  linear: 'Linear key',
  notion: 'Notion token',
  npm: 'npm token',
  openai: 'OpenAI key',
  sendgrid: 'SendGrid key',
  shopify: 'Shopify token',
  slack: 'Slack token',
  stripe: 'Stripe key',
  tailscale: 'Tailscale key',
  vercel: 'Vercel token',
};

/**
 * The comments of the last would let a text switch the search off; the others are told by shape, with fewer mistakes (`core/secrets/patterns`).
 * The rule for AWS names a range that leaves the end of the key standing.
 */
const LEFT_OUT = new Set(['aws', 'basicauth', 'database-connection-string', 'privatekey', 'filter-comments']);

/** The rules are driven here and not by secretlint's own runner, which is asynchronous and looks for files. */
export function createSecretDetector(): SecretDetector {
  let found: FoundSecret[] = [];
  const rules: SecretLintRuleReportHandler[] = [];
  const register = <O extends object>(rule: SecretLintRuleCreator<O>, options: O): void => {
    const name = rule.meta.id.replace(PREFIX, '');
    if (LEFT_OUT.has(name)) return;
    const label = LABELS[name] ?? name;
    const handler = rule.create(
      {
        sharedOptions: {},
        createTranslator: () => (messageId) => ({
          message: String(messageId),
          messageId: String(messageId),
          data: undefined,
        }),
        report: ({ range: [start, end] }) => void found.push({ start, end, label }),
        ignore: () => undefined,
      },
      options,
    );
    rules.push(handler);
  };
  creator.create({ sharedOptions: {}, registerRule: (rule) => register(rule, {}) }, {});
  return (text) => {
    found = [];
    const source = sourceOf(text);
    for (const handler of rules) void handler.file?.(source);
    return found;
  };
}

const NOWHERE = { line: 1, column: 0 };

/** Rules look at the text; where in it they found something they say by offsets. */
function sourceOf(content: string): SecretLintSourceCode {
  return {
    content,
    hasBOM: false,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: () => [0, 0],
    rangeToLocation: () => ({ start: NOWHERE, end: NOWHERE }),
    positionToIndex: () => 0,
    indexToPosition: () => NOWHERE,
  };
}
