// Why a path is not as it was before, in words for the user.
import type { Obstacle } from './planRestore.ts';

export const CHANGED_SINCE = 'It was changed since, by you or by another program; it is left as it is.';
export const FOLDER_IN_USE = 'The folder holds something else by now; it is left as it is.';

export function obstacleWords(obstacle: Obstacle): string {
  switch (obstacle) {
    case 'tooLarge':
      return 'The file is too large; its earlier content was not kept.';
    case 'overBudget':
      return 'The workspace holds more than is remembered; the earlier content of this file was not kept.';
    case 'package':
      return 'It belongs to an installed package; such contents are not kept. Install the packages anew.';
    case 'unreadable':
      return 'The file could not be read.';
    case 'changing':
      return 'The file is being written to.';
    case 'special':
      return 'It is no regular file, link or folder.';
    case 'lost':
      return 'Its earlier content is not in the store any more, or damaged.';
    case 'protected':
      return 'It lies where keys, Bowline’s own files or the data of a repository are; such files are not restored.';
  }
}
