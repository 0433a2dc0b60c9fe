import type { CallContext } from '#identity-provider';
import { findCanaryTargets } from '#store';
import type { ProviderRoom } from './provider-room.js';

const TARGETS = 3;
const PROBE_KEY = 'rollcall-probe';

/** `unknown`: there is no account by which to tell. */
export type CanaryVerdict = 'healthy' | 'ill' | 'unknown';

/**
 * Reads a few accounts that were in sync most recently. A provider that shows none of them is ill, whatever it says of
 * one account: a wrong app, a wrong address and a retired service all look like "not found" for everybody.
 * @throws ProviderError when the provider cannot be asked at all
 */
export async function askCanary(
  room: ProviderRoom,
  context: CallContext,
  except?: string,
): Promise<CanaryVerdict> {
  const { provider, slug } = room.instance;
  const targets = await findCanaryTargets(room.engine.database.sql, slug, TARGETS + 1);
  const others = targets.filter((target) => target.accountId !== except).slice(0, TARGETS);
  for (const target of others) {
    const seen = await provider.get(target, context);
    if (seen.state !== 'absent' && seen.state !== 'notLive') return 'healthy';
  }
  return others.length === 0 ? 'unknown' : 'ill';
}

/**
 * Asks a halted provider whether it answers again, by its canary or, before there was any account, by looking for one
 * that nobody has.
 * @throws ProviderError when it does not
 */
export async function probe(room: ProviderRoom, context: CallContext): Promise<CanaryVerdict> {
  const verdict = await askCanary(room, context);
  if (verdict !== 'unknown') return verdict;
  const { provider } = room.instance;
  if (provider.capabilities.accountIdAssignedBy === 'us') {
    await provider.get({ accountId: null, remoteKey: PROBE_KEY }, context);
  } else {
    await provider.correlate([{ kind: 'email', value: `${PROBE_KEY}@rollcall.invalid` }], context);
  }
  return 'healthy';
}
