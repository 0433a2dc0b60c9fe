import { z } from 'zod';
import {
  ASSIGNERS,
  CHANGE_CLASSES,
  HOLD_DECISIONS,
  LANE_NAMES,
  LIFECYCLE_VERBS,
  SITUATIONS,
  USER_STATUSES,
} from '#domain';
import { LOWERED_STATUSES, TARGET_STATES } from '#identity-provider';
import { RETURN_OUTCOMES } from '#reconciler';
import { PROVIDER_STATES, SYNC_OUTCOMES } from '#store';

/** What answers look like, for the API's own description. */

const time = z.iso.datetime();
const count = z.int().min(0);
const text = z.string().nullable();

/** A user. */
export const userView = z.object({
  id: z.uuid(),
  externalKey: z.string(),
  email: text,
  phone: text,
  givenName: text,
  familyName: text,
  displayName: text,
  locale: text,
  avatarUrl: text,
  company: text,
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  tags: z.record(z.string(), z.string()),
  status: z.enum(USER_STATUSES),
  statusBeforeDeletion: z.enum(['active', 'deactivated']).nullable(),
  statusRevision: count,
  attributeRevision: count,
  purgeNotBefore: time.nullable(),
  legalHoldAt: time.nullable(),
  erasedAt: time.nullable(),
  createdAt: time,
  attributesChangedAt: time,
  statusChangedAt: time,
});

/** A user who came back, and what that means at each provider. */
export const returnedUserView = userView.extend({
  accounts: z.array(
    z.object({
      provider: z.string(),
      outcome: z.enum(RETURN_OUTCOMES),
      loses: z.array(z.string()),
      certain: z.boolean(),
      because: z.string().optional(),
    }),
  ),
});

/** One page of users. */
export const userList = z.object({ users: z.array(userView), nextCursor: z.string().nullable() });

const standing = z.enum(['inSync', 'notEnforceable', 'due', 'parked', 'held', 'disabled']);

/** One link of a user. */
export const linkView = z.object({
  provider: z.string(),
  situation: z.enum(SITUATIONS),
  standing,
  assigned: z.boolean(),
  assignedBy: z.enum(ASSIGNERS),
  accountId: text,
  remoteKey: z.string(),
  parked: z
    .object({ reason: z.string(), code: z.string(), attribute: text, rule: text, since: time.nullable() })
    .nullable(),
  heldStep: text,
  hold: z
    .object({
      class: z.enum(CHANGE_CLASSES),
      since: time.nullable(),
      decision: z.enum(HOLD_DECISIONS).nullable(),
    })
    .nullable(),
  lane: z.enum(LANE_NAMES),
  attempts: count,
  lastError: text,
  owed: z.array(z.string()),
  deferred: z.boolean(),
  observedState: text,
  observedAt: time.nullable(),
  dueSince: time.nullable(),
  nextAttemptAt: time.nullable(),
  settledAt: time.nullable(),
  createdAt: time,
});

/** The links of one user. */
export const linkList = z.object({ links: z.array(linkView) });

/** The providers. */
export const providerList = z.object({
  providers: z.array(
    z.object({
      slug: z.string(),
      kind: z.string(),
      enabled: z.boolean(),
      halt: z
        .object({
          scope: z.string(),
          reason: text,
          since: time.nullable(),
          nextProbeAt: time.nullable(),
          probesFailed: count,
        })
        .nullable(),
      pausedUntil: time.nullable(),
      assignment: text,
      capabilities: z.record(z.string(), z.unknown()).nullable(),
      lowering: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});

/** The moves of a user, and what each status can mean and does mean at each provider. */
export const semanticsView = z.object({
  transitions: z.record(z.enum(USER_STATUSES), z.record(z.enum(LIFECYCLE_VERBS), z.string())),
  providers: z.array(
    z.object({
      provider: z.string(),
      kind: z.string(),
      cells: z.array(
        z.object({
          status: z.enum(LOWERED_STATUSES),
          state: z.enum(TARGET_STATES),
          support: z.enum(['native', 'emulated', 'notEnforceable']),
          reversible: z.boolean(),
          marker: text,
          note: z.string(),
          loses: z.array(z.string()),
          choice: z.enum(['chosen', 'offered', 'refused']),
        }),
      ),
      settings: z.record(z.string(), z.string()),
    }),
  ),
});

/** How far each provider is behind. */
export const convergenceList = z.object({
  providers: z.array(
    z.object({
      provider: z.string(),
      state: z.enum(PROVIDER_STATES),
      total: count,
      inSync: count,
      notEnforceable: count,
      due: count,
      parked: count,
      held: count,
      disabled: count,
      parkedFor: z.record(z.string(), count),
      oldestLagMs: count.nullable(),
    }),
  ),
});

/** What an import did. */
export const importReport = z.object({
  received: count,
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  complete: z.boolean(),
  applied: z.boolean(),
  sync: z
    .object({
      outcome: z.enum(SYNC_OUTCOMES),
      missing: count.nullable(),
      deleted: count,
      held: count,
      allowed: count.nullable(),
    })
    .optional(),
  errors: z
    .array(
      z.object({
        line: count,
        externalKey: z.string().optional(),
        field: z.string(),
        code: z.string(),
        rule: z.string(),
      }),
    )
    .max(1000),
});

/** That the process runs. */
export const healthView = z.object({ status: z.literal('ok') });

/** What the process depends on. */
export const readinessView = z.object({
  status: z.enum(['ready', 'degraded', 'unready']),
  postgres: z.enum(['up', 'down']),
  schema: z.enum(['current', 'other', 'unknown']),
  queue: z.enum(['up', 'down']),
});

/** Every error. */
export const problemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), code: z.string(), rule: z.string() })).optional(),
  state: z.string().optional(),
  offers: z.array(z.object({ operation: z.string(), method: z.string(), path: z.string() })).optional(),
  runs: z
    .array(
      z.object({
        id: z.uuid(),
        provider: z.string(),
        mode: z.string(),
        scope: z.object({ userIds: z.array(z.uuid()) }).nullable(),
      }),
    )
    .optional(),
  requestId: z.string(),
});
