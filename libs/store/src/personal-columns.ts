/** One column and whether it may hold something that tells a person. */
export interface ColumnVerdict {
  readonly table: string;
  readonly column: string;
  readonly personal: boolean;
  readonly why: string;
}

const personal = (table: string, columns: Readonly<Record<string, string>>): ColumnVerdict[] =>
  Object.entries(columns).map(([column, why]) => ({ table, column, personal: true, why }));
const impersonal = (table: string, columns: Readonly<Record<string, string>>): ColumnVerdict[] =>
  Object.entries(columns).map(([column, why]) => ({ table, column, personal: false, why }));

const CLOSED_LIST = 'one of a closed list of words';

/**
 * Every text, json and binary column of the roster's tables, with a verdict. What erases a person walks the personal
 * ones; a column that is not listed here fails a test, so that nobody adds a hiding place by accident.
 */
export const COLUMN_VERDICTS: readonly ColumnVerdict[] = [
  ...personal('users', {
    external_key: 'the caller’s own key: a staff number, or whatever they took',
    email: 'given by the caller',
    email_key: 'the email, spelt for comparison',
    phone: 'given by the caller',
    given_name: 'given by the caller',
    family_name: 'given by the caller',
    display_name: 'given by the caller',
    locale: 'given by the caller',
    avatar_url: 'given by the caller',
    company: 'given by the caller',
    attributes: 'given by the caller',
    tags: 'given by the caller',
  }),
  ...impersonal('users', {
    status: CLOSED_LIST,
    status_before_deletion: CLOSED_LIST,
  }),
  ...impersonal('providers', {
    slug: 'named by the operator',
    kind: CLOSED_LIST,
    remote_scope: 'base URL and app id',
    mapping_version: 'digest of a mapping',
    declaration: 'digest of a mapping',
    halt_scope: CLOSED_LIST,
    halt_reason: 'words of ours and codes of a provider, never its free text',
  }),
  ...personal('links', {
    remote_key: 'the external key at the time',
    account_id: 'tells the person’s account at a provider',
    asserted: 'the attributes as they were sent',
    merged_into: 'tells the account that the person’s was merged into',
  }),
  ...impersonal('links', {
    provider: 'slug',
    certainty: CLOSED_LIST,
    observed_state: CLOSED_LIST,
    observed_marker: 'a status as our marker spells it',
    owed: CLOSED_LIST,
    applied_status: CLOSED_LIST,
    park_code: CLOSED_LIST,
    park_attribute: 'name of an attribute',
    park_rule: 'a rule in words of ours, never a value',
    held_step: 'kind of a step',
    held_class: CLOSED_LIST,
    held_state: CLOSED_LIST,
    held_decision: CLOSED_LIST,
    granted_class: CLOSED_LIST,
    last_error: 'kind and code of an error, never a provider’s free text',
    waived_reason: 'why an operator gave a proof up, in words that name nobody',
  }),
  ...impersonal('budgets', {
    provider: 'slug',
    class: CLOSED_LIST,
    spent: 'counts by the minute',
  }),
  ...personal('intents', {
    account_id: 'tells the person’s account at a provider',
    remote_key: 'the external key at the time',
    lookup_keys: 'the email and phone that were sent',
    evidence: 'what a provider answered about the account',
  }),
  ...impersonal('intents', {
    provider: 'slug',
    kind: CLOSED_LIST,
    outcome: CLOSED_LIST,
  }),
  ...personal('webhook_events', {
    survivor_id: 'tells the account that the person’s was merged into',
  }),
  ...impersonal('webhook_events', {
    provider: 'slug',
    event_id: 'the provider’s number of a message',
    account_hash: 'keyed hash; tells nothing without the deployment’s key',
    type: CLOSED_LIST,
  }),
  ...impersonal('erasures', {
    requested_by: 'name of an API key, given by the operator',
  }),
  ...impersonal('receipts', {
    provider: 'slug',
    method: CLOSED_LIST,
    jws: 'ids of ours, times, statuses and keyed hashes; never a value',
  }),
  ...impersonal('tombstones', {
    kind: CLOSED_LIST,
    hash: 'keyed hash; tells nothing without the deployment’s key',
  }),
  ...impersonal('runs', {
    provider: 'slug',
    mode: CLOSED_LIST,
    trigger: CLOSED_LIST,
    requested_by: 'name of an API key, given by the operator',
    user_ids: 'ids of ours',
    absent: 'ids of ours',
    expected_from: CLOSED_LIST,
    state: CLOSED_LIST,
    reason: 'words of ours and codes of a provider, never its free text',
    counts: 'counts by situation',
  }),
  ...personal('findings', {
    account_id: 'tells the person’s account at a provider',
  }),
  ...impersonal('findings', {
    provider: 'slug',
    kind: CLOSED_LIST,
    subject: 'keyed hash of an account, or the id of a user; tells nothing without the deployment’s key',
    attribute: 'name of an attribute',
    detail: 'states and counts',
    state: CLOSED_LIST,
    closed_by: 'name of an API key, given by the operator',
    reason: 'why an operator decided so, in words that name nobody',
  }),
  ...impersonal('plans', {
    requested_by: 'name of an API key, given by the operator',
    state: CLOSED_LIST,
    decided_by: 'name of an API key, given by the operator',
    reason: 'why an operator decided so, in words that name nobody',
  }),
  ...personal('plan_steps', {
    changes: 'values that an account holds and that are wanted',
  }),
  ...impersonal('plan_steps', {
    provider: 'slug',
    kinds: CLOSED_LIST,
    attributes: 'names of attributes',
    loses: CLOSED_LIST,
    observed_state: CLOSED_LIST,
    hash: 'of steps with all their values, keyed; tells nothing without the deployment’s key',
    state: CLOSED_LIST,
  }),
  ...personal('audit_values', {
    values: 'the values of an audit entry',
  }),
  ...impersonal('audit', {
    actor: 'name of an API key, given by the operator',
    action: CLOSED_LIST,
    provider: 'slug',
    attributes: 'names of attributes',
    values_hash: 'keyed hash; tells nothing without the deployment’s key',
    detail: 'statuses, counts, ids of ours, and why an operator decided on a mass change',
  }),
  ...impersonal('api_keys', {
    name: 'given by the operator',
    secret_hash: 'digest of a random secret',
    scopes: CLOSED_LIST,
  }),
  ...impersonal('deployment', {
    hash_key: 'random for each deployment',
    receipt_key: 'random for each deployment',
  }),
];
