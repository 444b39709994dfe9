// Reads the file in which another server tells of its threads; what does not fit the protocol is left out.
import { serverNotifications, type ServerNotification, type ServerNotificationMethod } from '../protocol/methods.ts';
import type { ProcessMark } from './store/liveness.ts';

export interface Notice {
  /** Counts what its process told. */
  readonly seq: number;
  readonly threadId: string;
  readonly event: ServerNotification;
}

export interface NoticeFile {
  readonly mark: ProcessMark;
  /** In the order in which they were told. */
  readonly notices: readonly Notice[];
}

/** Undefined for what is no such file. */
export function readNoticeFile(text: string): NoticeFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // of another program, or of another version
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('mark' in value) || !('notices' in value)) return undefined;
  const { mark, notices } = value;
  if (!isMark(mark) || !Array.isArray(notices)) return undefined;
  return { mark, notices: notices.filter(isNotice) };
}

function isMark(mark: unknown): mark is ProcessMark {
  if (typeof mark !== 'object' || mark === null || !('pid' in mark) || !('machine' in mark) || !('start' in mark))
    return false;
  const isStart = mark.start === null || typeof mark.start === 'string';
  return typeof mark.pid === 'number' && typeof mark.machine === 'string' && isStart;
}

function isNotice(notice: unknown): notice is Notice {
  if (typeof notice !== 'object' || notice === null || !('seq' in notice) || !('threadId' in notice)) return false;
  if (typeof notice.seq !== 'number' || typeof notice.threadId !== 'string') return false;
  return 'event' in notice && isEvent(notice.event);
}

function isEvent(event: unknown): event is ServerNotification {
  if (typeof event !== 'object' || event === null || !('method' in event) || !('params' in event)) return false;
  return isKnown(event.method) && serverNotifications[event.method].params().safeParse(event.params).success;
}

function isKnown(method: unknown): method is ServerNotificationMethod {
  return typeof method === 'string' && Object.hasOwn(serverNotifications, method);
}
