import {
  type LifecycleVerb,
  type MirroredUser,
  NO_ATTRIBUTES,
  type StatusBeforeDeletion,
  type TombstoneKind,
  transition,
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
      readonly user: MirroredUser;
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
export function planRow(checked: CheckedRow, user: MirroredUser | undefined): RowPlan {
  const { row } = checked;
  const refused = (field: string, code: RowError['code'], rule: string): RowPlan =>
    refuse(checked, { field, code, rule });
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

/** The refusal of a row over which a tombstone stands. Pure. */
export function refuseErased(checked: CheckedRow, kind: TombstoneKind): RowPlan {
  return refuse(
    checked,
    kind === 'externalKey'
      ? {
          field: 'externalKey',
          code: 'erased',
          rule: 'belongs to a person who was erased, and stays taken; a new person needs another key',
        }
      : {
          field: 'email',
          code: 'erased_identifier',
          rule: 'is that of an erased person; if it is another person’s now, enter this one alone and acknowledge it',
        },
  );
}

function refuse({ line, row }: CheckedRow, fault: Pick<RowError, 'field' | 'code' | 'rule'>): RowPlan {
  return { kind: 'refused', error: { line, externalKey: row.externalKey, ...fault } };
}

function rowApplied(before: UserAttributes, row: ImportRow): UserAttributes {
  // Merging into nothing replaces as a whole.
  return patched(row.tags === undefined ? before : { ...before, tags: {} }, row);
}

function planChange(user: MirroredUser, attributes: UserAttributes, row: ImportRow): RowPlan {
  const values = changedValues(user, attributes);
  const isEdited = Object.keys(values).length > 0;
  const verb = verbTowards(user, row.status);
  if (!isEdited && verb === null) return { kind: 'unchanged' };
  return { kind: 'change', user, attributes: isEdited ? attributes : null, values, verb };
}

function verbTowards(user: MirroredUser, wanted: ImportRow['status']): 'deactivate' | 'reactivate' | null {
  if (wanted === undefined || wanted === null) return null;
  const verb = wanted === 'active' ? 'reactivate' : 'deactivate';
  return transition(user, verb).outcome === 'moved' ? verb : null;
}
