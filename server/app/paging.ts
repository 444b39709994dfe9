// The page that a client asks for, within bounds.
import type { Page } from '../core/thread/threadStore.ts';

const DEFAULT_PAGE = 25;
const LONGEST_PAGE = 1000;

interface PageParams {
  readonly cursor?: string | null | undefined;
  readonly limit?: number | null | undefined;
  readonly sortDirection?: 'asc' | 'desc' | null | undefined;
}

/** A limit of 0 acts as 1. */
export function pageOf(params: PageParams, fallback: 'asc' | 'desc'): Page {
  return {
    cursor: params.cursor ?? null,
    limit: Math.min(LONGEST_PAGE, Math.max(1, params.limit ?? DEFAULT_PAGE)),
    direction: params.sortDirection ?? fallback,
  };
}
