// What an empty conversation shows: what can be done here.
import { Icon } from '../parts/icon.tsx';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';
import { Knot } from './knot.tsx';

export function Welcome() {
  const session = useSession();
  const hasFolder = session.folders.value.length > 0;
  return (
    <div class="welcome">
      <Knot />
      <h1>{strings.emptyTitle}</h1>
      {hasFolder ? <Hints /> : <NoFolder />}
    </div>
  );
}

function Hints() {
  return (
    <ul class="hints">
      {strings.emptyHints.map(({ icon, text }) => (
        <li key={text}>
          <Icon name={icon} tone="quiet" />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

function NoFolder() {
  const session = useSession();
  return (
    <>
      <p>{strings.noFolder}</p>
      <Button kind="primary" onClick={() => session.ask(session.bridge.call('openFolder', null))}>
        {strings.openFolder}
      </Button>
    </>
  );
}
