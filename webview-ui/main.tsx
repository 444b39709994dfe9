// Starts the chat page inside VS Code.
import { render } from 'preact';
import './styles/page.css';
import './styles/transcript.css';
import './styles/items.css';
import './styles/markdown.css';
import './styles/composer.css';
import './styles/queue.css';
import './styles/safety.css';
import './styles/questions.css';
import './styles/plan.css';
import './styles/welcome.css';
import { createBridge } from './bridge.ts';
import { Page } from './page.tsx';
import { SessionContext } from './parts/context.ts';
import { createSession } from './session/session.ts';
import { vscodeChannel } from './vscodeChannel.ts';

const session = createSession(createBridge(vscodeChannel()));
const root = document.getElementById('root');
if (root !== null) {
  render(
    <SessionContext.Provider value={session}>
      <Page />
    </SessionContext.Provider>,
    root,
  );
}
session.start();
