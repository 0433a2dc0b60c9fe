import { LANE_NAMES, type Lane } from '#domain';
import { recordAudit } from '../../audit/record-audit.js';
import type { Roster } from '../roster.js';
import { transact } from '../transact.js';
import { applyChunk, type ChunkOutcome, type ChunkWork } from './apply-chunk.js';
import { type ImportFormat, readChunks } from './checked-rows.js';
import type { CheckedRow } from './plan-row.js';
import { countFailed, emptyReport, ImportRefused, type ImportReport } from './report.js';

/** How a file is read and kept. */
export interface ImportOptions {
  readonly format: ImportFormat;
  /** Keep all rows or none; at most 10,000 rows, which are held in memory. (Default: false) */
  readonly atomic?: boolean;
  /** Called after each commit with the lanes in which links became due. Must not throw. (Default: nobody is told) */
  readonly onCommitted?: (lanes: readonly Lane[]) => void;
}

/** A file that is on its way, and on whose behalf. */
export interface ImportSource {
  readonly actor: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MAX_ATOMIC_ROWS = 10_000;

/**
 * Imports users from a stream, row by row, by external key. Each thousand rows are one transaction, so what is reported
 * as taken stays taken whatever happens later, and the same file again changes nothing. A row that is refused never
 * stops the others. Two rows with one key must say the same; the later one that differs is refused.
 * Memory is bounded: reading waits for the database, and of rows gone by only a fingerprint is kept.
 * @throws ImportRefused when the file holds no row, has a header that is refused, or is too large to be atomic;
 *   nothing was written then
 */
export async function importUsers(
  roster: Roster,
  source: ImportSource,
  options: ImportOptions,
): Promise<ImportReport> {
  const report = emptyReport();
  const run = { roster, report, options, actor: source.actor, importId: roster.newId() };
  const chunks = readChunks(source.bytes, options.format, report);
  await (options.atomic === true ? applyTogether(run, chunks) : applyOneByOne(run, chunks));
  if (report.received === 0) throw new ImportRefused('empty_import', 'the file holds no row');
  report.errors.sort((a, b) => a.line - b.line);
  if (report.applied) await recordImport(run);
  return report;
}

interface Run {
  readonly roster: Roster;
  readonly report: ImportReport;
  readonly options: ImportOptions;
  readonly actor: string;
  readonly importId: string;
}

/** One transaction a chunk; the next chunk is read and checked while this one is in the database. */
async function applyOneByOne(run: Run, chunks: AsyncIterable<CheckedRow[]>): Promise<void> {
  let inDatabase: Promise<void> = Promise.resolve();
  try {
    for await (const chunk of chunks) {
      await inDatabase;
      inDatabase = commitChunk(run, chunk);
      // Awaited before the next chunk; without a listener a failure meanwhile would end the process.
      inDatabase.catch(() => undefined);
    }
  } finally {
    await inDatabase;
  }
}

async function commitChunk(run: Run, chunk: readonly CheckedRow[]): Promise<void> {
  const outcome = await transact(run.roster.database, (sql) => applyChunk(workOf(run, sql), chunk));
  addOutcome(run.report, chunk.length, outcome);
  run.options.onCommitted?.(LANE_NAMES.filter((lane) => outcome.lanes.has(lane)));
}

function workOf({ roster, actor, importId }: Run, sql: ChunkWork['sql']): ChunkWork {
  return { sql, roster, actor, importId };
}

function addOutcome(report: ImportReport, rows: number, outcome: ChunkOutcome): void {
  report.received += rows - outcome.refused.length;
  report.created += outcome.created;
  report.updated += outcome.updated;
  report.unchanged += outcome.unchanged;
  for (const error of outcome.refused) countFailed(report, [error]);
}

/** Rolls a transaction back without being an error of anybody's. */
class NothingKept extends Error {
  override readonly name = 'NothingKept';
}

/** Reads everything first, so that no transaction waits for the network, and then applies it in one. */
async function applyTogether(run: Run, chunks: AsyncIterable<CheckedRow[]>): Promise<void> {
  const { report, roster } = run;
  const held: CheckedRow[][] = [];
  let rows = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    rows += chunk.length;
    if (rows > MAX_ATOMIC_ROWS) {
      throw new ImportRefused(
        'atomic_too_large',
        `an atomic import has at most ${MAX_ATOMIC_ROWS} rows; split the file`,
      );
    }
  }
  let outcomes: ChunkOutcome[] = [];
  try {
    await transact(roster.database, async (sql) => {
      outcomes = [];
      for (const chunk of held) outcomes.push(await applyChunk(workOf(run, sql), chunk));
      if (report.failed > 0 || outcomes.some((outcome) => outcome.refused.length > 0))
        throw new NothingKept();
    });
  } catch (error) {
    if (!(error instanceof NothingKept)) throw error;
    report.applied = false;
  }
  for (const [at, outcome] of outcomes.entries()) addOutcome(report, held[at]?.length ?? 0, outcome);
  if (report.applied) {
    run.options.onCommitted?.(
      LANE_NAMES.filter((lane) => outcomes.some((outcome) => outcome.lanes.has(lane))),
    );
  } else {
    Object.assign(report, { created: 0, updated: 0, unchanged: 0 });
  }
}

async function recordImport({ roster, report, options, actor, importId }: Run): Promise<void> {
  const { received, created, updated, unchanged, failed, complete } = report;
  const counts = { received, created, updated, unchanged, failed, complete };
  const detail = { importId, format: options.format, ...counts };
  await transact(roster.database, (sql) =>
    recordAudit(sql, roster.hashKey, [{ actor, action: 'users.import', detail }]),
  );
}
