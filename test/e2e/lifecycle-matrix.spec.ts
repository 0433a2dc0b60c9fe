import { afterEach, describe, expect, it } from '@jest/globals';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type Move,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { person, range } from '../support/people.js';

type Status = 'active' | 'deactivated' | 'deleted' | 'purged';

/** Each is one person: all five moves, from everywhere where they can be made. */
const STORIES: readonly (readonly Move[])[] = [
  [],
  ['deactivate', 'reactivate', 'deactivate'],
  ['deactivate', 'delete', 'restore', 'reactivate'],
  ['delete', 'restore', 'delete', 'purge'],
  ['deactivate', 'delete', 'purge'],
  ['delete', 'purge'],
  ['delete', 'restore', 'deactivate', 'delete'],
];
/** People to whom nothing happens, so that what does happen concerns few. */
const BYSTANDERS = 40;

type Choice = 'closed' | 'live';
interface Policy {
  readonly deactivated: Choice;
  readonly deleted: Choice;
}
const POLICIES: readonly Policy[] = [
  { deactivated: 'closed', deleted: 'closed' },
  { deactivated: 'live', deleted: 'closed' },
  { deactivated: 'closed', deleted: 'live' },
  { deactivated: 'live', deleted: 'live' },
];
const DEFAULT_POLICY = POLICIES.slice(0, 1);

/** How a policy is spelt for a provider. Vault has nothing to choose. */
const CLOSED_AT: Readonly<Partial<Record<ProviderSlug, string>>> = {
  sunshine: 'suspended',
  passage: 'suspended',
  sendauth: 'softDeleted',
};

/** What the documents leave open of a provider, all at the values that are not assumed. */
type Switches = Readonly<Partial<Record<ProviderSlug, Readonly<Record<string, unknown>>>>>;
const ASSUMED: Switches = {};
const OTHERWISE: Switches = {
  vault: { upsertMetadata: 'keep', patchMetadata: 'replace', deleteThenGetLiveMs: 250 },
  sunshine: {
    patchProfile: 'replace',
    patchMetadata: 'replace',
    metadataNull: 'refuse',
    getWhileDeleting: 404,
    deleteThenGetLiveMs: 250,
    deletionDelayMs: 600,
  },
  passage: {
    patchMetadata: 'replace',
    createdStatus: 'pending',
    storedEmail: 'asSent',
    emailChangeUnverifies: false,
    deleteThenGetLiveMs: 250,
  },
  sendauth: {
    getSoftDeleted: 200,
    softDeletedBlocksEmail: false,
    putOmitted: 'keep',
    deleteTwice: 200,
    errorBodies: 'empty',
    serviceAccountListed: true,
    deleteThenGetLiveMs: 250,
  },
};
/** One at a time, where two values together could hide each other. */
const SINGLY: readonly (readonly [name: string, switches: Switches])[] = [
  ['a soft-deleted user is still read', { sendauth: { getSoftDeleted: 200 } }],
  ['a soft delete can be repeated', { sendauth: { deleteTwice: 200 } }],
  ['errors are plain text', { sendauth: { errorBodies: 'text' } }],
  ['a user being deleted is not found', { sunshine: { getWhileDeleting: 404, deletionDelayMs: 600 } }],
  ['a deleted user shows a little longer', { sunshine: { deleteThenGetLiveMs: 400 } }],
];

const SCENES = [
  ...POLICIES.map((policy) => ['what is assumed', ASSUMED, policy] as const),
  ...POLICIES.map((policy) => ['the opposite', OTHERWISE, policy] as const),
  ...SINGLY.flatMap(([name, switches]) => DEFAULT_POLICY.map((policy) => [name, switches, policy] as const)),
].map(([name, switches, policy]) => ({ name, switches, ...policy }));

describe('every move at every provider under every policy', () => {
  let stage: LifecycleStage;
  afterEach(() => stage.close());

  it.each(SCENES)(
    'deactivated $deactivated, deleted $deleted, when $name',
    async ({ switches, deactivated, deleted }) => {
      const policy = { deactivated, deleted };
      stage = await openLifecycleStage({ environment: settingsOf(policy) });
      for (const slug of PROVIDER_SLUGS) {
        stage.mirror.simulators.providers[slug].behaviour.merge(switches[slug] ?? {});
      }
      const people = await hire(stage);
      await judge(stage, people, policy);
      for (const round of range(Math.max(...STORIES.map(({ length }) => length)))) {
        for (const each of people) await each.take(stage, round);
        await stage.mirror.converge();
        await judge(stage, people, policy);
      }
      judgeDestruction(stage, people);
    },
  );
});

function settingsOf(policy: Policy): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [slug, closed] of Object.entries(CLOSED_AT)) {
    const spell = (choice: Choice): string => (choice === 'closed' ? closed : choice);
    settings[`${slug.toUpperCase()}_ON_DEACTIVATED`] = spell(policy.deactivated);
    settings[`${slug.toUpperCase()}_ON_DELETED`] = spell(policy.deleted);
  }
  return settings;
}

/** Somebody with a story, and what the test itself remembers of it. */
class Protagonist {
  /** Every status so far, the first first. */
  readonly history: Status[] = ['active'];

  constructor(
    readonly id: string,
    readonly email: string,
    private readonly story: readonly Move[],
    readonly accounts: Readonly<Record<ProviderSlug, string>>,
  ) {}

  get status(): Status {
    return this.history.at(-1) ?? 'active';
  }

  get isDestroyed(): boolean {
    return this.history.includes('purged');
  }

  async take(stage: LifecycleStage, round: number): Promise<void> {
    const move = this.story[round - 1];
    if (move === undefined) return;
    expect((await stage.move(this.id, move)).status).toBe(200);
    this.history.push(this.after(move));
  }

  private after(move: Move): Status {
    switch (move) {
      case 'deactivate':
        return 'deactivated';
      case 'reactivate':
        return 'active';
      case 'delete':
        return 'deleted';
      case 'restore':
        return this.history.at(-2) ?? 'active';
      case 'purge':
        return 'purged';
    }
  }
}

async function hire(stage: LifecycleStage): Promise<Protagonist[]> {
  const ids: string[] = [];
  for (const n of range(STORIES.length + BYSTANDERS)) {
    const { status, body } = await stage.ask('POST', '/users', person(n));
    expect(status).toBe(201);
    ids.push(String(body['id']));
  }
  await stage.mirror.converge();
  const accounts = await stage.accountIds();
  return STORIES.map((story, at) => {
    const id = ids[at] ?? '';
    const own = (slug: ProviderSlug): string => accounts[slug].get(id) ?? '';
    const all = {
      vault: own('vault'),
      sunshine: own('sunshine'),
      passage: own('passage'),
      sendauth: own('sendauth'),
    };
    expect(Object.values(all)).not.toContain('');
    return new Protagonist(id, person(at + 1).email ?? '', story, all);
  });
}

/** What a provider has to show of somebody. Written down apart from the capabilities that the engine goes by. */
function expectedAt(slug: ProviderSlug, history: readonly Status[], policy: Policy): string {
  let shown = 'live';
  for (const status of history) {
    if (status === 'purged') return 'gone';
    if (status === 'active') shown = 'live';
    else if (slug !== 'vault' && policy[status] === 'closed') shown = closedAt(slug, status);
  }
  return shown;
}

function closedAt(slug: ProviderSlug, status: 'deactivated' | 'deleted'): string {
  if (slug === 'sunshine') return `live, marked ${status}`;
  return slug === 'passage' ? 'suspended' : 'softDeleted';
}

function shownAt(stage: LifecycleStage, slug: ProviderSlug, accountId: string): string {
  const account = stage.held(slug).get(accountId);
  if (account === undefined) return 'gone';
  return account.marker === null ? account.state : `${account.state}, marked ${account.marker}`;
}

async function judge(stage: LifecycleStage, people: readonly Protagonist[], policy: Policy): Promise<void> {
  for (const { id, history, status, accounts } of people) {
    const standings = await standingsOf(stage, id);
    for (const slug of PROVIDER_SLUGS) {
      const expected = expectedAt(slug, history, policy);
      const story = `${slug}: ${history.join(', ')}`;
      expect([story, shownAt(stage, slug, accounts[slug])]).toEqual([story, expected]);
      const isOpen = expected === 'live' && status !== 'active';
      expect([story, standings.get(slug)]).toEqual([story, isOpen ? 'notEnforceable' : 'inSync']);
    }
    expect((await stage.ask('GET', `/users/${id}`)).body['status']).toBe(status);
  }
  // Nobody was lost on the way, and nobody was made twice.
  const gone = people.filter(({ isDestroyed }) => isDestroyed).length;
  for (const slug of PROVIDER_SLUGS) {
    expect([slug, stage.held(slug).size]).toEqual([slug, STORIES.length + BYSTANDERS - gone]);
  }
}

async function standingsOf(stage: LifecycleStage, id: string): Promise<ReadonlyMap<string, string>> {
  const { body } = await stage.ask('GET', `/users/${id}/links`);
  // The shape of links is described by the API and held against it elsewhere.
  const links = body['links'] as readonly { readonly provider: string; readonly standing: string }[];
  return new Map(links.map(({ provider, standing }) => [provider, standing]));
}

/** P8: what was destroyed is what was purged, once each, by the id that the link recorded. */
function judgeDestruction(stage: LifecycleStage, people: readonly Protagonist[]): void {
  for (const slug of PROVIDER_SLUGS) {
    const calls = destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0));
    const purged = people.filter(({ isDestroyed }) => isDestroyed).map(({ accounts }) => accounts[slug]);
    expect([slug, calls.map(({ accountId }) => accountId).toSorted()]).toEqual([slug, purged.toSorted()]);
  }
}
