import type { Database } from '../database.js';

/** What is known of a provider instance beside its code. */
export interface ProviderView {
  readonly slug: string;
  readonly kind: string;
  readonly enabled: boolean;
  /** Stopped until a probe succeeds; `null` when it runs. */
  readonly halt: {
    readonly scope: string;
    readonly reason: string | null;
    readonly since: Date | null;
    readonly nextProbeAt: Date | null;
    readonly probesFailed: number;
  } | null;
  /** Waiting until then; `null` when it does not wait. */
  readonly pausedUntil: Date | null;
}

/** Lists every instance that was ever configured, by slug. A pause that is over at `now` is not shown. */
export async function listProviders(database: Database, now: Date): Promise<ProviderView[]> {
  const rows = await database.prisma.provider.findMany({ orderBy: { slug: 'asc' } });
  return rows.map((row) => ({
    slug: row.slug,
    kind: row.kind,
    enabled: row.enabled,
    halt:
      row.haltScope === null
        ? null
        : {
            scope: row.haltScope,
            reason: row.haltReason,
            since: row.haltedAt,
            nextProbeAt: row.probeAt,
            probesFailed: row.probesFailed,
          },
    pausedUntil: row.pausedUntil !== null && row.pausedUntil > now ? row.pausedUntil : null,
  }));
}
