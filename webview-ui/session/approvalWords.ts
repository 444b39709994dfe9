// What the card of a request says: its heading, where the command would run, and what stands behind a tripwire.
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import type { RuleProposal, TripwireName } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { strings } from '../strings.ts';
import { baseName } from './paths.ts';

/** The question in one line; `changes` are those of the patch it is about. */
export function approvalTitle(request: ApprovalRequest, changes: readonly FileUpdateChange[]): string {
  const tripwire = request.params.safety?.tripwire ?? null;
  if (tripwire !== null) return TRIPWIRE_TITLES[tripwire];
  switch (request.method) {
    case 'item/commandExecution/requestApproval': {
      const target = request.params.networkApprovalContext;
      if (target) return strings.approveHost(visible(target.host));
      return COMMAND_TITLES[request.params.kind] ?? strings.approveCommand;
    }
    case 'item/fileChange/requestApproval': {
      const { grantRoot } = request.params;
      return grantRoot ? strings.approveGrant(visible(grantRoot)) : strings.approvePatch(changes.length);
    }
    case 'item/permissions/requestApproval':
      return permissionTitle(request.params.permissions);
  }
}

/** By the kind of the request; any other is that of a command. */
const COMMAND_TITLES: Readonly<Record<string, string>> = {
  network: strings.approveNetwork,
  writeStdin: strings.approveInput,
};

type Permissions = Extract<ApprovalRequest, { method: 'item/permissions/requestApproval' }>['params']['permissions'];

function permissionTitle({ network, fileSystem }: Permissions): string {
  const read = fileSystem?.read ?? [];
  const write = fileSystem?.write ?? [];
  const [first = ''] = read;
  if (network?.enabled === true && read.length + write.length === 0) return strings.approveAllNetwork;
  if (write.length > 0 || network?.enabled === true) return strings.approvePermissions;
  return read.length === 1 ? strings.approveRead(visible(baseName(first))) : strings.approveReads(read.length);
}

const TRIPWIRE_TITLES: Readonly<Record<TripwireName, string>> = {
  recursive_deletion: strings.tripwireRecursiveDeletion,
  history_rewrite: strings.tripwireHistoryRewrite,
  device_write: strings.tripwireDeviceWrite,
  credential_read: strings.tripwireCredentialRead,
  network_to_shell: strings.tripwireNetworkToShell,
  fork_bomb: strings.tripwireForkBomb,
  mass_deletion: strings.tripwireMassDeletion,
};

/** Where accepting runs the command; null where that is no question. */
export function runPlace(request: ApprovalRequest): 'sandbox' | 'outside' | null {
  if (request.method !== 'item/commandExecution/requestApproval') return null;
  const { safety, networkApprovalContext } = request.params;
  if (!safety || networkApprovalContext) return null;
  return safety.isSandboxed ? 'sandbox' : 'outside';
}

/** What the rule would have done in past threads. */
export function backTestWords({ total, covered, declined }: RuleProposal['history']): string {
  if (total === 0) return strings.backTestNothing;
  if (covered === 0) return strings.backTestNone(total);
  return `${strings.backTest(covered, total)} ${declined.length === 0 ? strings.backTestClean(covered) : ''}`.trim();
}
