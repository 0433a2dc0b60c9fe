import type { Stage } from './stage.js';

/** Connections tell the statistics what they wrote when they end, or have been idle for ten seconds. */
const TOLD_WITHIN_MS = 11_000;

/** Rows inserted, updated or deleted so far in the tables that mirroring writes. Waits until everybody has told. */
export async function rowsWritten({ database }: Stage): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
  const [row] = await database.sql<{ rows: string }>(
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS rows FROM pg_stat_user_tables
     WHERE relname IN ('links', 'intents', 'audit', 'findings')`,
  );
  return Number(row?.rows ?? 0);
}
