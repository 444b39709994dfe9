// The first page of all: which model shall the agent think with?
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LocalServer } from '../../server/protocol/chatBridge.ts';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';
import { Knot } from './knot.tsx';

export function FirstRun() {
  const session = useSession();
  return (
    <div class="welcome first-run">
      <Knot />
      <h1>{strings.firstRunTitle}</h1>
      <p>{strings.firstRunText}</p>
      <div class="ways">
        <Way
          icon="key"
          title={strings.useKey}
          text={strings.useKeyText}
          onClick={() => session.ask(session.bridge.call('setApiKey', null))}
        />
        <LocalServers />
        {session.model.value?.isDemo === true && (
          <Way
            icon="play-circle"
            title={strings.tryTour}
            text={strings.tryTourText}
            onClick={() => session.say(strings.tourMessage)}
          />
        )}
      </div>
    </div>
  );
}

interface WayProps {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly onClick: () => void;
}

function Way({ icon, title, text, onClick }: WayProps) {
  return (
    <button type="button" class="way" onClick={onClick}>
      <Icon name={icon} />
      <span class="way-words">
        <span class="way-title">{title}</span>
        <span class="way-text">{text}</span>
      </span>
      <Icon name="chevron-right" tone="quiet" />
    </button>
  );
}

type Search = { readonly type: 'looking' } | { readonly type: 'found'; readonly servers: readonly LocalServer[] };

/** Looks for local model servers while this page is open, and at no other time. */
function LocalServers() {
  const session = useSession();
  const [search, setSearch] = useState<Search>({ type: 'looking' });
  const isReady = session.status.value.type === 'ready';
  const look = () => {
    setSearch({ type: 'looking' });
    const none = (): readonly LocalServer[] => [];
    const found = session.bridge.call('findLocalServers', null);
    // a search that fails has found nothing: the page says what to start, and offers to look again
    void found.catch(none).then((servers) => setSearch({ type: 'found', servers }));
  };
  useEffect(() => {
    if (isReady) look();
  }, [isReady]);
  return (
    <div class="way static">
      <Icon name="server" />
      <span class="way-words">
        <span class="way-title">{strings.useLocal}</span>
        {search.type === 'looking' ? (
          <span class="way-text">
            <Icon name="loading" tone="busy" /> {strings.lookingForServers}
          </span>
        ) : (
          <Found servers={search.servers} onLook={look} />
        )}
      </span>
    </div>
  );
}

function Found({ servers, onLook }: { servers: readonly LocalServer[]; onLook: () => void }): ComponentChildren {
  if (servers.length === 0) {
    return (
      <span class="way-text">
        {strings.noServers}{' '}
        <button type="button" class="link-button" onClick={onLook}>
          {strings.lookAgain}
        </button>
      </span>
    );
  }
  return servers.map((server) => <FoundServer key={server.baseUrl} server={server} />);
}

function FoundServer({ server }: { server: LocalServer }) {
  const session = useSession();
  const { baseUrl, name } = server;
  return (
    <span class="server">
      <span class="way-text">
        {name} <span class="quiet">{baseUrl}</span>
      </span>
      <span class="models">
        {server.models.map((model) => (
          <button
            key={model}
            type="button"
            class="model-choice"
            title={strings.localModel(model, name)}
            onClick={() => session.ask(session.bridge.call('chooseLocalServer', { baseUrl, name, model }))}
          >
            {model}
          </button>
        ))}
      </span>
    </span>
  );
}
