// A process that holds thread `a` of the home given and writes turns until it is killed; says on stdout what it has written.
import { openThreadStore } from '../../../../server/adapters/store/openThreadStore.ts';
import { systemClock } from '../../../../server/adapters/clock.ts';
import { commandItem, messageItem, ownerOf, recordOf, Script, silentLog } from './fixture.ts';

const [, , home = '', mode = 'hold'] = process.argv;
/** Looks after its leases fifty times as often as the real one. */
const clock = { ...systemClock, after: (ms: number, task: () => void) => systemClock.after(ms / 50, task) };
const store = await openThreadStore({ home, clock, log: silentLog });
const script = new Script('a');
const say = (line: string) => process.stdout.write(`${line}\n`);

const outcome = store.acquire('a', ownerOf('writer'), mode === 'takeover');
if (outcome.type === 'held') {
  if (store.get('a') === undefined) store.create(recordOf('a'), null);
  outcome.lease.onLost((by) => say(`lost to ${by.client}`));
  if (mode === 'write') writeForEver();
  if (mode === 'revert') revertForEver();
  store.append('a', [script.started('open'), script.partial('open', messageItem('m', 'Hel', null))]);
  store.append('a', [script.partial('open', commandItem('c', 'half'))]);
  say('ready');
} else {
  say(`taken by ${outcome.by.client}`);
}
process.stdin.on('data', (line) => {
  if (String(line).trim() === 'close') {
    store.close();
    process.exit(0);
  }
});

/** Turns come and are taken back. `next` names the turns that a step will leave, `now` those that are there when it is done. */
function revertForEver(): never {
  let turns = ['t1', 't2', 't3'];
  for (const id of turns) store.append('a', script.turn(id));
  store.create(recordOf('fork'), { threadId: 'a', lastTurnId: 't3' });
  for (let step = 4; ; step += 1) {
    const from = step % 3 === 0 ? turns.at(-(step % 4) - 1) : undefined;
    const after = from === undefined ? [...turns, `t${step}`] : turns.slice(0, turns.indexOf(from));
    say(`next ${after.join(' ')}`);
    if (from === undefined) store.append('a', script.turn(`t${step}`));
    else store.append('a', [script.reverted(from)]);
    turns = after;
    say(`now ${turns.join(' ')}`);
  }
}

/** Each line on stdout names an item that is in the database. */
function writeForEver(): never {
  for (let turn = 1; ; turn += 1) {
    const turnId = `t${turn}`;
    store.append('a', [script.started(turnId)]);
    for (let item = 1; item <= 5; item += 1) {
      const id = `${turnId}-${item}`;
      store.append('a', [script.partial(turnId, messageItem(id, 'half', null))]);
      store.append('a', [
        script.item(turnId, messageItem(id, `whole ${id} ${'x'.repeat(500)}`)),
        script.model(turnId, id),
      ]);
      say(id);
    }
    store.append('a', [script.completed(turnId)]);
  }
}
