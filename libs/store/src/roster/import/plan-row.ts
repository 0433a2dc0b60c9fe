import {
  type LifecycleVerb,
  NO_ATTRIBUTES,
  type StatusBeforeDeletion,
  transition,
  type User,
  type UserAttributes,
} from '#domain';
import { type ChangedValues, changedValues, patched } from '../changes.js';
import { TooManyEntries } from '../errors.js';
import type { ImportRow } from '../input/schema.js';
import type { RowError } from './report.js';

/** A row that passed every check of its own. */
export interface CheckedRow {
  readonly line: number;
  readonly row: ImportRow;
}

/** What one row comes to, against the user who has its key. */
export type RowPlan =
  | { readonly kind: 'create'; readonly attributes: UserAttributes; readonly status: StatusBeforeDeletion }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'change';
      readonly user: User;
      /** `null` when no attribute changes. */
      readonly attributes: UserAttributes | null;
      readonly values: ChangedValues;
      readonly verb: Extract<LifecycleVerb, 'deactivate' | 'reactivate'> | null;
    }
  | { readonly kind: 'refused'; readonly error: RowError };

/**
 * Decides one row. Pure. What the row leaves out stays; `null` clears; custom attributes are merged, tags replaced as a
 * whole. A user on the way out is never touched: an old file must not bring anybody back.
 */
export function planRow({ line, row }: CheckedRow, user: User | undefined): RowPlan {
  const refused = (field: string, code: RowError['code'], rule: string): RowPlan => ({
    kind: 'refused',
    error: { line, externalKey: row.externalKey, field, code, rule },
  });
  if (user?.status === 'deleted') {
    return refused('externalKey', 'user_deleted', 'belongs to a deleted user; restore the user first');
  }
  if (user?.status === 'purging') {
    return refused(
      'externalKey',
      'user_purging',
      'belongs to a user who is being purged; wait until that is done',
    );
  }
  try {
    const attributes = rowApplied(user ?? NO_ATTRIBUTES, row);
    return user === undefined
      ? { kind: 'create', attributes, status: row.status ?? 'active' }
      : planChange(user, attributes, row);
  } catch (error) {
    if (error instanceof TooManyEntries) return refused(error.field, 'too_many_entries', error.message);
    throw error;
  }
}

function rowApplied(before: UserAttributes, row: ImportRow): UserAttributes {
  // Merging into nothing replaces as a whole.
  return patched(row.tags === undefined ? before : { ...before, tags: {} }, row);
}

function planChange(user: User, attributes: UserAttributes, row: ImportRow): RowPlan {
  const values = changedValues(user, attributes);
  const isEdited = Object.keys(values).length > 0;
  const verb = verbTowards(user, row.status);
  if (!isEdited && verb === null) return { kind: 'unchanged' };
  return { kind: 'change', user, attributes: isEdited ? attributes : null, values, verb };
}

function verbTowards(user: User, wanted: ImportRow['status']): 'deactivate' | 'reactivate' | null {
  if (wanted === undefined || wanted === null) return null;
  const verb = wanted === 'active' ? 'reactivate' : 'deactivate';
  return transition(user, verb).outcome === 'moved' ? verb : null;
}
