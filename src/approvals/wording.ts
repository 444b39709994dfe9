// The words of an approval: what is asked, where, why, and the choices, for whoever shows it.
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { ApprovalWording } from './choice.ts';
import { commandWording } from './commandWording.ts';
import { changesOf, fileChangeWording } from './fileChangeWording.ts';
import { networkWording } from './networkWording.ts';
import { permissionsWording } from './permissionsWording.ts';

/** The words for a request of the server. `state` gives the files of a patch. */
export function approvalWording(request: ApprovalRequest, state: ThreadState | undefined): ApprovalWording {
  switch (request.method) {
    case 'item/commandExecution/requestApproval': {
      const { networkApprovalContext: target } = request.params;
      return target ? networkWording(request.params, target.host) : commandWording(request.params);
    }
    case 'item/fileChange/requestApproval':
      return fileChangeWording(request.params, changesOf(state, request.params.itemId));
    case 'item/permissions/requestApproval':
      return permissionsWording(request.params);
  }
}
