import { PROVIDERS, type Provider } from './simulators.js';
import type { Stage } from './stage.js';

/** Nobody on the roster, nobody at the providers, and nothing remembered of either. */
export async function clear({ database, simulators }: Stage): Promise<void> {
  await database.sql(
    `TRUNCATE users, links, intents, audit, audit_values, findings, plan_steps, plans, runs, receipts, erasures,
       webhook_events RESTART IDENTITY CASCADE`,
  );
  await database.sql('UPDATE providers SET first_synced_at = NULL');
  await database.sql(`UPDATE budgets SET spent = '{}', linked = NULL, counted_at = NULL`);
  for (const provider of PROVIDERS) await simulators.reset(provider);
}

/** A worker looks with each tick whether it may go on. */
const NOTICED_WITHIN_MS = 2_000;

/** Keeps every worker from every provider until one is opened. Whoever runs has noticed when this returns. */
export async function halt({ database }: Stage): Promise<void> {
  await database.sql(
    `UPDATE providers SET halt_scope = 'all', halt_reason = 'bench', halted_at = now(), probe_at = now() + interval '1 day'`,
  );
  await new Promise((resolve) => setTimeout(resolve, NOTICED_WITHIN_MS));
}

/** Lets the workers at one provider; they notice with their next tick. */
export async function open({ database }: Stage, provider: Provider): Promise<void> {
  await database.sql(
    `UPDATE providers SET halt_scope = NULL, halt_reason = NULL, halted_at = NULL, probe_at = NULL WHERE slug = $1`,
    [provider],
  );
}

const LOOK_EVERY_MS = 500;

// By the indexes of what is due and of what is taken: whoever asks takes the time of those who are asked about.
const SOME_DUE = `
  SELECT 1 FROM unnest($1::text[]) AS p(slug)
  WHERE EXISTS (SELECT FROM links WHERE provider = p.slug AND in_flight)
     OR EXISTS (SELECT FROM links WHERE provider = p.slug AND wanted > handled AND NOT in_flight)
  LIMIT 1`;

/** Waits until nothing is due. @throws Error when something still is after `withinMs` */
export async function untilSettled(
  { database }: Stage,
  providers: readonly Provider[] = PROVIDERS,
  withinMs = 300_000,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const [due] = await database.sql(SOME_DUE, [providers]);
    if (due === undefined) return;
    if (Date.now() > endMs) throw new Error(`still due after ${withinMs} ms at ${providers.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
