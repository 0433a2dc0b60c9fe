import { z } from 'zod';
import { FINDING_KINDS, FINDING_STATES, RUN_MODES, RUN_STATES, RUN_TRIGGERS } from '#domain';
import type { Run } from '#store';

/** What answers about reconciliations look like, for the API's own description. */

const time = z.iso.datetime();
const count = z.int().min(0);
const text = z.string().nullable();

/** One reconciliation of one provider. */
export const runView = z.object({
  id: z.uuid(),
  requestId: z.uuid(),
  provider: z.string(),
  mode: z.enum(RUN_MODES),
  trigger: z.enum(RUN_TRIGGERS),
  requestedBy: z.string(),
  scope: z.object({ userIds: z.array(z.uuid()) }).nullable(),
  state: z.enum(RUN_STATES),
  reason: text,
  cancelAsked: z.boolean(),
  progress: z.object({
    pages: count,
    seen: count,
    expected: count.nullable(),
    expectedFrom: z.enum(['provider', 'links']).nullable(),
  }),
  counts: z.record(z.string(), count),
  requestedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});

/** The runs that were asked for. */
export const runsView = z.object({ runs: z.array(runView) });

/** One page of runs. */
export const runList = runsView.extend({ nextCursor: text });

/** Something that a person should see. */
export const findingView = z.object({
  id: z.uuid(),
  provider: z.string(),
  kind: z.enum(FINDING_KINDS),
  userId: z.uuid().nullable(),
  accountId: text,
  attribute: text,
  detail: z.record(z.string(), z.unknown()),
  state: z.enum(FINDING_STATES),
  openedAt: time,
  closedAt: time.nullable(),
  closedBy: text,
  reason: text,
});

/** One page of findings. */
export const findingList = z.object({ findings: z.array(findingView), nextCursor: text });

/** A run as callers see it. */
export interface RunView extends Omit<Run, 'userIds' | 'pages' | 'seen' | 'expected' | 'expectedFrom'> {
  readonly scope: { readonly userIds: readonly string[] } | null;
  readonly progress: Pick<Run, 'pages' | 'seen' | 'expected' | 'expectedFrom'>;
}

/** Spells a run for callers. */
export function toRunView({ userIds, pages, seen, expected, expectedFrom, ...run }: Run): RunView {
  return {
    ...run,
    scope: userIds === null ? null : { userIds },
    progress: { pages, seen, expected, expectedFrom },
  };
}
