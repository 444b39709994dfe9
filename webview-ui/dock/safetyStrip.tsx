// What the user must not overlook about how safely the agent works here: no trust, no sandbox, or full access.
import type { SandboxReadResult } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { CopyButton } from '../parts/copyButton.tsx';
import { useFold, useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

export function SafetyStrip() {
  const session = useSession();
  const { sandbox, trust, hasFullAccess } = session.safety.value;
  return (
    <div class="safety" role="status">
      {trust === 'restricted' && (
        <div class="strip">
          <Icon name="workspace-untrusted" tone="warn" />
          <span class="strip-text">
            {strings.restricted}{' '}
            <LinkButton
              label={strings.manageTrust}
              onClick={() => session.ask(session.bridge.call('manageTrust', null))}
            />
          </span>
        </div>
      )}
      {trust === 'lifting' && (
        <div class="strip">
          <Icon name="workspace-trusted" tone="quiet" />
          <span class="strip-text">{strings.liftingTrust}</span>
        </div>
      )}
      {hasFullAccess && (
        <div class="strip danger">
          <Icon name="unlock" tone="bad" />
          <span class="strip-text">
            {strings.fullAccess}{' '}
            <LinkButton
              label={strings.change}
              onClick={() => session.ask(session.bridge.call('runCommand', { command: 'bowline.openSettings' }))}
            />
          </span>
        </div>
      )}
      {sandbox?.isAvailable === false && !hasFullAccess && <NoSandbox sandbox={sandbox} />}
    </div>
  );
}

function LinkButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" class="link-button inline" onClick={onClick}>
      {label}
    </button>
  );
}

function NoSandbox({ sandbox: { reason, remedy } }: { sandbox: SandboxReadResult }) {
  const [isOpen, toggle] = useFold('no-sandbox', false);
  return (
    <div class="strip">
      <Icon name="shield" tone="warn" />
      <span class="strip-text">
        {strings.notSandboxed}{' '}
        {(reason !== null || remedy !== null) && (
          <button type="button" class="link-button inline" aria-expanded={isOpen} onClick={toggle}>
            {strings.whyNot}
          </button>
        )}
      </span>
      {isOpen && (
        <div class="strip-detail">
          {reason !== null && <div>{visible(reason)}</div>}
          {remedy !== null && (
            <div class="remedy">
              <code>{visible(remedy)}</code>
              <CopyButton text={remedy} label={strings.copyRemedy} />
            </div>
          )}
        </div>
      )}
    </div>
  );
}
