import { completeErasures } from '../erasure/complete-erasures.js';
import { issueReceipts } from '../erasure/issue-receipts.js';
import { finishPlans } from '../plans/decide-plan.js';
import { proposePlans } from '../plans/draw-plan.js';
import { forgetWebhookEvents } from '../webhooks/forget-events.js';
import { completePurges, startDuePurges } from './purges.js';
import { startRetentionPurges, type Retention } from './retention.js';
import type { Roster } from './roster.js';

/** By what the roster moves on. */
export interface UpkeepRules {
  readonly now: Date;
  readonly retention: Retention;
}

/** How much moved on. */
export interface Upkept {
  /** Users whose purge began, or is complete. */
  readonly purges: number;
  readonly receipts: number;
  /** Users of whom nothing personal is left. */
  readonly erasures: number;
}

/**
 * What every worker does for the roster on each tick: begins the purges whose time has come, receipts what providers
 * have confirmed, completes what has all its proofs, and forgets what is too old to be of use. Each is one indexed
 * statement when there is nothing to do.
 */
export async function upkeep(roster: Roster, { now, retention }: UpkeepRules): Promise<Upkept> {
  const started = await startDuePurges(roster, now);
  const retained = await startRetentionPurges(roster, retention);
  const receipts = await issueReceipts(roster, now);
  const erased = await completeErasures(roster);
  const purged = await completePurges(roster);
  await forgetWebhookEvents(roster.database);
  await proposePlans(roster.database.sql);
  await finishPlans(roster.database.sql);
  return { purges: started.length + retained.length + purged.length, receipts, erasures: erased.length };
}
