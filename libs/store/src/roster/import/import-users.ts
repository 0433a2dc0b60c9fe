import { LANE_NAMES, type Lane } from '#domain';
import { recordAudit } from '../../audit/record-audit.js';
import type { Roster } from '../roster.js';
import { transact } from '../transact.js';
import { applyChunk, type ChunkOutcome, type ChunkWork } from './apply-chunk.js';
import { type ImportFormat, readChunks } from './checked-rows.js';
import type { CheckedRow } from './plan-row.js';
import { countFailed, emptyReport, ImportRefused, type ImportReport } from './report.js';
import { RosterSync, type SyncOptions } from './roster-sync.js';

/** How a file is read and kept. */
export interface ImportOptions {
  readonly format: ImportFormat;
  /** Keep all rows or none; at most 10,000 rows, which are held in memory. (Default: false) */
  readonly atomic?: boolean;
  /** Keep nothing, and report what would come of it, row by row. (Default: false) */
  readonly dryRun?: boolean;
  /** The file names everybody: delete whoever is missing. (Default: nobody is deleted) */
  readonly sync?: SyncOptions;
  /** Called after each commit with the lanes in which links became due. Must not throw. (Default: nobody is told) */
  readonly onCommitted?: (lanes: readonly Lane[]) => void;
}

/** A file that is on its way, and on whose behalf. */
export interface ImportSource {
  readonly actor: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MAX_ATOMIC_ROWS = 10_000;
/** Some are at the database while the rows of others are put into words. */
const CHUNKS_AT_ONCE = 3;
/** Each chunk holds a connection; the rest is for everybody else, and for another import. */
const SHARE_OF_POOL = 1 / 3;

/**
 * Imports users from a stream, row by row, by external key. Each thousand rows are one transaction, so what is reported
 * as taken stays taken whatever happens later, and the same file again changes nothing. Up to three are under way at a time:
 * when one fails, up to two thousand rows behind it may have been taken. A row that is refused never stops the others. Two
 * rows with one key must say the same; the later one that differs is refused.
 * Memory is bounded: reading waits for the database, and of rows gone by only a fingerprint is kept.
 * With `sync`, people who are not in the file are deleted once it was read to its end and every row of it was taken.
 * @throws ImportRefused when the file holds no row, has a header that is refused, or is too large to be atomic;
 *   nothing was written then
 */
export async function importUsers(
  roster: Roster,
  source: ImportSource,
  options: ImportOptions,
): Promise<ImportReport> {
  const report = emptyReport();
  const importId = roster.newId();
  const sync = options.sync === undefined ? null : await RosterSync.begin(roster, importId);
  const run = { roster, report, options, actor: source.actor, importId, sync };
  try {
    await runImport(run, readChunks(source.bytes, options.format, report));
  } finally {
    await sync?.end();
  }
  return report;
}

async function runImport(run: Run, chunks: AsyncIterable<CheckedRow[]>): Promise<void> {
  const { report, options, sync } = run;
  const isTogether = options.atomic === true && options.dryRun !== true;
  await (isTogether ? applyTogether(run, chunks) : applyChunks(run, chunks));
  if (report.received === 0) throw new ImportRefused('empty_import', 'the file holds no row');
  report.errors.sort((a, b) => a.line - b.line);
  if (sync !== null && options.sync !== undefined) {
    const isWhole = report.complete && report.failed === 0;
    const how = { ...options.sync, actor: run.actor, isWhole, dryRun: options.dryRun ?? false };
    report.sync = await sync.deleteMissing(how, () => options.onCommitted?.(['revocation']));
  }
  if (report.applied) await recordImport(run);
}

interface Run {
  readonly roster: Roster;
  readonly report: ImportReport;
  readonly options: ImportOptions;
  readonly actor: string;
  readonly importId: string;
  readonly sync: RosterSync | null;
}

/**
 * One transaction a chunk, a few at a time, while the next chunk is read and checked. Chunks share no key, so none waits
 * for another's rows. The first that fails ends the import, when the others are done.
 */
async function applyChunks(run: Run, chunks: AsyncIterable<CheckedRow[]>): Promise<void> {
  const inDatabase: Promise<void>[] = [];
  const atOnce = chunksAtOnce(run.roster);
  try {
    for await (const chunk of chunks) {
      if (inDatabase.length === atOnce) await inDatabase.shift();
      const committed = commitChunk(run, chunk);
      // Awaited before a later chunk; without a listener a failure meanwhile would end the process.
      committed.catch(() => undefined);
      inDatabase.push(committed);
    }
  } finally {
    await Promise.allSettled(inDatabase);
  }
  await Promise.all(inDatabase);
}

function chunksAtOnce({ database }: Roster): number {
  return Math.max(1, Math.min(CHUNKS_AT_ONCE, Math.floor(database.pool.options.max * SHARE_OF_POOL)));
}

async function commitChunk(run: Run, chunk: readonly CheckedRow[]): Promise<void> {
  const outcome = run.options.dryRun === true ? await tryChunk(run, chunk) : await applyForGood(run, chunk);
  await run.sync?.note(chunk);
  addOutcome(run.report, chunk.length, outcome);
}

async function applyForGood(run: Run, chunk: readonly CheckedRow[]): Promise<ChunkOutcome> {
  const outcome = await transact(run.roster.database, (sql) => applyChunk(workOf(run, sql), chunk));
  run.options.onCommitted?.(LANE_NAMES.filter((lane) => outcome.lanes.has(lane)));
  return outcome;
}

/** What would come of a chunk: it is applied and taken back. */
async function tryChunk(run: Run, chunk: readonly CheckedRow[]): Promise<ChunkOutcome> {
  run.report.applied = false;
  const outcomes: ChunkOutcome[] = [];
  try {
    await transact(run.roster.database, async (sql) => {
      outcomes.push(await applyChunk(workOf(run, sql), chunk));
      throw new NothingKept();
    });
  } catch (error) {
    if (!(error instanceof NothingKept)) throw error;
  }
  const last = outcomes.at(-1);
  if (last === undefined) throw new Error('a transaction was taken back before it did anything');
  return last;
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
  for (const chunk of held) await run.sync?.note(chunk);
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
  const sync = report.sync === undefined ? {} : { sync: { ...report.sync, ...reasonOf(options) } };
  const detail = { importId, format: options.format, ...counts, ...sync };
  await transact(roster.database, (sql) =>
    recordAudit(sql, roster.hashKey, [{ actor, action: 'users.import', detail }]),
  );
}

function reasonOf({ sync }: ImportOptions): { readonly overridden?: string } {
  return sync?.overrideBudget === undefined ? {} : { overridden: sync.overrideBudget.reason };
}
