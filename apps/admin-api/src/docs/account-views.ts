import { z } from 'zod';
import { OBSERVED_STATES } from '#domain';
import { NOT_LIVE_REASONS } from '../accounts/account-look.service.js';
import { linkView } from './views.js';

/** What answers about one account look like, for the API's own description. */

const time = z.iso.datetime();
const count = z.int().min(0);
const text = z.string().nullable();
const native = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const tags = z.record(z.string(), z.string()).nullable();

/** An account as wanted, as known, and as it is. */
export const accountView = z.object({
  link: linkView,
  wanted: z.object({
    state: z.enum(['live', 'suspended', 'softDeleted', 'gone']),
    marker: text,
    attributes: native,
    tags,
    violations: z.array(z.object({ attribute: z.string(), rule: z.string() })),
  }),
  held: z
    .object({
      state: z.enum(OBSERVED_STATES),
      marker: text,
      attributes: native.nullable(),
      tags,
      observedAt: time.nullable(),
    })
    .nullable(),
  live: z
    .object({
      state: z.enum(['live', 'suspended', 'softDeleted']),
      accountId: z.string(),
      remoteKey: text,
      marker: text,
      attributes: native,
      createdAt: time.optional(),
    })
    .nullable(),
  notLive: z.enum(NOT_LIVE_REASONS).nullable(),
  differences: z.array(z.string()),
});

/** Requests that were made on behalf of an account. */
export const statsView = z.object({
  start: time,
  end: time,
  aggregatedRequestCount: count,
  requestCounts: z.record(z.string(), count),
});

const page = { page: z.int().min(1), perPage: z.int().min(1).max(100), total: count.nullable() };

/** What was done to an account. */
export const auditPage = z.object({
  ...page,
  entries: z.array(
    z.object({
      subject: text,
      name: text,
      type: text,
      actor: text,
      action: text,
      extras: z.record(z.string(), z.unknown()),
      createdAt: time.nullable(),
    }),
  ),
});

/** What a person was asked for. */
export const transactionPage = z.object({
  ...page,
  entries: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['pending', 'verified', 'denied', 'cancelled', 'expired', 'unknown']),
      subject: text,
      subjectName: text,
      requestor: text,
      context: text,
      message: text,
      userMessage: text,
      createdAt: time.nullable(),
      completedAt: time.nullable(),
      expiresAt: time.nullable(),
    }),
  ),
});

/** A transaction that has begun. */
export const transactionStarted = z.object({ transaction: z.string() });
