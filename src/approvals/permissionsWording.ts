// The words of a question about permissions, such as to read a file that is kept from the model.
import { basename } from 'node:path';
import type { ServerRequestParams } from '../../server/protocol/methods.ts';
import type { PermissionsApprovalResult } from '../../server/protocol/schema/approval.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ApprovalChoice, ApprovalWording } from './choice.ts';
import { questionOf, riskOf, tripwireNote } from './safetyWords.ts';
import { briefOf, labelled, paragraphs } from './shortText.ts';

type PermissionsParams = ServerRequestParams<'item/permissions/requestApproval'>;
type Wanted = PermissionsParams['permissions'];

const MOST_LINES = 20;

export function permissionsWording(params: PermissionsParams): ApprovalWording {
  const { safety, permissions } = params;
  const lines = wantedLines(permissions);
  const hidden = lines.length - MOST_LINES;
  return {
    question: questionOf(safety, wantedQuestion(permissions)),
    detail: paragraphs(
      labelled('Why', params.reason),
      lines.slice(0, MOST_LINES).join('\n'),
      hidden > 0 ? `… and ${hidden} more` : '',
      labelled('In', params.cwd),
      'What is read goes to the model.',
      tripwireNote(safety),
    ),
    brief: hidden > 0 ? null : briefOf(lines.join(', ')),
    summary: summaryOf(permissions),
    where: params.cwd,
    risk: riskOf(safety),
    tripwire: safety?.tripwire ?? null,
    canRehearse: false,
    accepts: acceptsOf(params),
    // what is not granted by name is refused
    decline: { kind: 'decline', label: 'Decline', answer: { permissions: {}, scope: 'turn' } },
    refusals: [],
  };
}

function acceptsOf({ permissions, safety }: PermissionsParams): ApprovalChoice[] {
  const granting = (scope: PermissionsApprovalResult['scope']): PermissionsApprovalResult => ({ permissions, scope });
  const once: ApprovalChoice = { kind: 'once', label: 'Allow for This Turn', answer: granting('turn') };
  if ((safety?.tripwire ?? null) !== null) return [once];
  return [once, { kind: 'lasting', label: 'Allow for This Thread', answer: granting('session') }];
}

function wantedQuestion({ fileSystem, network }: Wanted): string {
  const [reads, writes] = [fileSystem?.read ?? [], fileSystem?.write ?? []];
  if (writes.length > 0 || network?.enabled === true || reads.length === 0)
    return 'Bowline wants to do more than its settings let it. Allow it?';
  const what = reads.length === 1 ? 'a file that is' : `${reads.length} files that are`;
  return `Bowline wants to read ${what} kept from the model. Allow it?`;
}

function wantedLines({ fileSystem, network }: Wanted): string[] {
  const reads = (fileSystem?.read ?? []).map((path) => `Read ${visible(path)}`);
  const writes = (fileSystem?.write ?? []).map((path) => `Write ${visible(path)}`);
  return [...reads, ...writes, ...(network?.enabled === true ? ['Use the network'] : [])];
}

function summaryOf({ fileSystem, network }: Wanted): string {
  const reads = (fileSystem?.read ?? []).map((path) => `Read ${visible(basename(path))}`);
  const writes = (fileSystem?.write ?? []).map((path) => `Write ${visible(basename(path))}`);
  const all = [...reads, ...writes, ...(network?.enabled === true ? ['Use the network'] : [])];
  const [first = 'More permissions'] = all;
  return all.length > 1 ? `${first} and ${all.length - 1} more` : first;
}
