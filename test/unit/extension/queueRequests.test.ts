// What is asked about a thread's queue: its model and limits come first, files that are kept from the model stay out.
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ProtocolError } from '../../../server/protocol/errors.ts';
import { askQueue, type QueuePorts } from '../../../src/chat/queueRequests.ts';
import { ModelState } from '../../../src/models/modelState.ts';
import { FakePort, QUIET, SETTINGS } from './fakePort.ts';

const READ_ONLY = { type: 'readOnly', networkAccess: false } as const;
const message = { threadId: 't', input: [{ type: 'text' as const, text: 'x' }], clientUserMessageId: 'm1' };

function setUp(answers: FakePort['answers'], isConfined = false) {
  const fake = new FakePort({ 'thread/settings/update': () => ({}), ...answers });
  const models = new ModelState(fake.port, () => SETTINGS, QUIET);
  const ports: QueuePorts = {
    server: fake.port,
    models,
    limits: { turn: () => Promise.resolve(isConfined ? { sandboxPolicy: READ_ONLY } : {}) },
    kept: {
      checkInput: (input) =>
        input.some((part) => part.type === 'mention')
          ? Promise.reject(new ProtocolError('invalidRequest', '.env is kept from the model.'))
          : Promise.resolve(),
    },
    log: QUIET,
  };
  return { fake, models, ports };
}

describe('requests about a queue', () => {
  it('come after the model and the limits that a turn would be started with', async () => {
    const { fake, models, ports } = setUp({ 'thread/queue/add': () => ({}) }, true);
    models.pickForThread('t', { model: 'm7', effort: 'high' });
    await askQueue(ports, 'thread/queue/add', message);
    const settings = { threadId: 't', model: 'm7', effort: 'high', sandboxPolicy: READ_ONLY };
    deepEqual(fake.asked, [
      { method: 'thread/settings/update', params: settings },
      { method: 'thread/queue/add', params: message },
    ]);
  });

  it('go alone where nothing was chosen, and where the server cannot change settings', async () => {
    const plain = setUp({ 'thread/queue/start': () => ({}) });
    await askQueue(plain.ports, 'thread/queue/start', { threadId: 't' });
    deepEqual(plain.fake.methods(), ['thread/queue/start']);
    const old = setUp(
      {
        'thread/queue/add': () => ({}),
        'thread/settings/update': () => {
          throw new ProtocolError('methodNotFound', 'no such method');
        },
      },
      true,
    );
    await askQueue(old.ports, 'thread/queue/add', message);
    deepEqual(old.fake.methods(), ['thread/settings/update', 'thread/queue/add']);
  });

  it('carry no file that is kept from the model', async () => {
    const { fake, ports } = setUp({});
    const kept = { ...message, input: [{ type: 'mention' as const, name: '.env', path: '/w/.env' }] };
    await rejects(askQueue(ports, 'thread/queue/add', kept), /kept from the model/);
    equal(fake.asked.length, 0);
  });
});
