import type { z } from 'zod';

/** What is wrong with one field of an input, in words that hold no value of it. */
export interface FieldFault {
  /** Path of the field, e.g. `attributes.badge`; empty when the input as a whole is meant. */
  readonly field: string;
  readonly code: 'unknown_field' | 'missing' | 'wrong_type' | 'invalid_value';
  /** The rule, and what to do. */
  readonly rule: string;
}

const MAX_NAME_SHOWN = 64;

/** Spells zod's issues as field faults. The given values never appear in them. */
export function fieldFaults(error: { readonly issues: readonly z.core.$ZodIssue[] }): FieldFault[] {
  return error.issues.flatMap((issue) => faultsOf(issue));
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  const field = issue.path.map((part) => shown(String(part))).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: field === '' ? shown(key) : `${field}.${shown(key)}`,
      code: 'unknown_field',
      rule: 'is not accepted here; remove it',
    }));
  }
  if (issue.code === 'invalid_value') {
    return [{ field, code: 'invalid_value', rule: `must be one of ${issue.values.map(String).join(', ')}` }];
  }
  if (issue.code !== 'invalid_type') return [{ field, code: 'invalid_value', rule: issue.message }];
  // zod says "received undefined" for a key that is not there.
  const isMissing = issue.message.endsWith('received undefined');
  return [
    isMissing
      ? { field, code: 'missing', rule: 'is required' }
      : { field, code: 'wrong_type', rule: `must be of type ${issue.expected}` },
  ];
}

function shown(name: string): string {
  return name.toWellFormed().slice(0, MAX_NAME_SHOWN);
}
