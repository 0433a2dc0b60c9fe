import { v7 } from 'uuid';
import type { User } from '#domain';
import { createTestDatabase } from '../../../../test/support/database.js';
import { type Database, openDatabase } from '../database.js';
import { changeStatus, type ClosingVerb } from './change-status.js';
import { comeBack, type ReturnRequest } from './come-back.js';
import { createUser, type UserRef, type Written } from './edit-user.js';
import { openRoster, type Roster } from './roster.js';
import { syncProviders, type ProviderDeclaration } from './sync-providers.js';

/** A roster on a database of its own, for tests. */
export interface TestRoster extends Roster {
  /** Reads and writes behind the roster's back. */
  readonly sql: Database['sql'];
  close(): Promise<void>;
}

/** A declaration as a configured instance would make it. */
export function declared(slug: string, more: Partial<ProviderDeclaration> = {}): ProviderDeclaration {
  return {
    slug,
    kind: slug,
    remoteScope: `https://${slug}.example/app`,
    mappingVersion: '1',
    lowering: { deactivated: { state: 'suspended' }, deleted: { state: 'suspended' } },
    callsPerSecond: null,
    ...more,
  };
}

/** Opens an empty roster with these providers. */
export async function openTestRoster(slugs: readonly string[] = ['north', 'south']): Promise<TestRoster> {
  const testDatabase = await createTestDatabase();
  const database = openDatabase({
    url: testDatabase.url,
    poolSize: 5,
    applicationName: 'roster-test',
    onPoolError: () => undefined,
  });
  await syncProviders(
    database,
    slugs.map((slug) => declared(slug)),
  );
  const roster = await openRoster(database, () => v7());
  return {
    ...roster,
    sql: (text, values) => database.sql(text, values),
    async close() {
      await database.close();
      await testDatabase.drop();
    },
  };
}

/** Says of every link what the engine would say after handling all that is wanted. */
export async function settleAll(roster: TestRoster, appliedStatus = 'active'): Promise<void> {
  await roster.sql(`UPDATE links SET handled = wanted, applied_status = $1, certainty = 'certain'`, [
    appliedStatus,
  ]);
}

/** Somebody new, whose links are settled like everybody's. */
export async function enterSettled(roster: TestRoster): Promise<User> {
  const user = await createUser(roster, 'key:a', { externalKey: roster.newId() });
  await settleAll(roster);
  return user;
}

/** A move of a user's life that can be taken back. */
export type Reversible = ClosingVerb | ReturnRequest['verb'];

/** Asks for a move by whichever door it has. */
export function askFor(roster: Roster, ref: UserRef, verb: Reversible, actor = 'test'): Promise<Written> {
  return verb === 'deactivate' || verb === 'delete'
    ? changeStatus(roster, actor, { ...ref, verb })
    : comeBack(roster, actor, { ...ref, verb });
}
