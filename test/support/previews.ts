import { contextOf } from '#http';
import { previewSteps } from '#reconciler';
import { beginPlan, drawSteps, proposePlans } from '#store';
import type { Observation } from '#identity-provider';
import type { Mirror } from './mirror.js';
import { linkOf } from './mirror.js';

/** Looks at the accounts of these users at one provider, and proposes what is missing. @returns the id of the plan */
export async function propose(mirror: Mirror, slug: string, userIds: readonly string[]): Promise<string> {
  const room = mirror.worker.room(slug);
  const seen = new Map<string, Observation>();
  for (const userId of userIds) {
    const link = await linkOf(mirror.database, userId, slug);
    // As the row has them: a text, or nothing.
    const { account_id: accountId, remote_key: remoteKey } = link as {
      account_id: string | null;
      remote_key: string;
    };
    seen.set(userId, await room.instance.provider.get({ accountId, remoteKey }, contextOf()));
  }
  const id = mirror.roster.newId();
  const { sql } = mirror.database;
  await beginPlan(sql, { id, requestedBy: 'key:preview' });
  await drawSteps(sql, id, await previewSteps(room, seen));
  await proposePlans(sql);
  return id;
}
