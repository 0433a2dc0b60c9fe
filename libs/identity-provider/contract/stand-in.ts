import type { BackDoor, BrokenWrite, HeldAccount, ListName } from './back-door.js';
import { answersOf, type Answers, type Row, type SpelledPage } from './disturbances.js';

/** What the suite needs of a simulated provider; the simulators of `apps/simulators` are such by their shape. */
export interface StandIn {
  readonly provider: {
    readonly behaviour: { merge(settings: Readonly<Record<string, unknown>>): void };
    accounts(): Iterable<Row & { readonly state: string }>;
  };
  readonly log: { readonly counts: { readonly writes: number } };
  plant(changes: unknown): number;
  addFaults(script: unknown): void;
  clearFaults(): void;
  reset(): void;
}

/** How a list of the provider is asked for, and how a page of it is spelt. */
export interface ListingShape {
  /** A regular expression that its calls alone match, path and query. */
  readonly path: string;
  /** Whether its pages tell how many accounts there are. */
  readonly counts: boolean;
  page(page: SpelledPage): unknown;
}

/** What a provider's accounts look like from behind. */
export interface StandInShape extends Pick<BackDoor, 'unmanaged' | 'markerPath' | 'owed'> {
  /** Member that is the account's id. */
  readonly idMember: string;
  /** Behaviour of this run. */
  readonly behaviour: Readonly<Record<string, unknown>>;
  /** The `number`th stranger, in the provider's own shape. */
  stranger(number: number): Row;
  /** Its lists, where it has any. */
  readonly listings?: Partial<Readonly<Record<ListName, ListingShape>>>;
  /**
   * Members that bring an account to the one or the other end of a list.
   * (Default: the order is that of arrival)
   */
  readonly ends?: Readonly<Record<'first' | 'last', Row>>;
}

const FAULT_OF: Readonly<Record<BrokenWrite, object>> = {
  answerLost: { match: { mutating: true }, drop: 'after' },
  neverArrived: { match: { mutating: true }, drop: 'before' },
  answerCut: { match: { mutating: true }, truncate: 3 },
};

/** The back door of a simulated provider. */
export function openBackDoor(standIn: StandIn, shape: StandInShape): BackDoor {
  const held = () => [...standIn.provider.accounts()].filter(isOfPeople).map((raw) => toHeld(raw, shape));
  return {
    unmanaged: shape.unmanaged,
    markerPath: shape.markerPath,
    owed: shape.owed,
    held,
    writes: () => standIn.log.counts.writes,
    reset: () => {
      standIn.reset();
      standIn.provider.behaviour.merge(shape.behaviour);
    },
    alter: (accountId, members) => {
      const found = held().find((account) => account.accountId === accountId);
      standIn.plant({ op: 'patch', id: accountId, account: mergeInto(found?.raw ?? {}, members) });
    },
    remove: (accountId) => standIn.plant({ op: 'remove', id: accountId }),
    crowd: (count, state = 'live') => {
      const strangers = Array.from({ length: count }, (_, number) => ({ ...shape.stranger(number), state }));
      standIn.plant(strangers.map((account) => ({ op: 'put', account })));
    },
    reorder: (accountId, to) => {
      if (shape.ends !== undefined) standIn.plant({ op: 'patch', id: accountId, account: shape.ends[to] });
      else standIn.plant(arriveAnew(held(), accountId, to));
    },
    counts: (list) => shape.listings?.[list]?.counts === true,
    disturbListing: (how, { list, pageSize }) => {
      const listing = shape.listings?.[list];
      if (listing === undefined) throw new Error(`the stand-in does not say how the list ${list} is spelt`);
      const rows = held().filter(({ state }) => state === list);
      const answers = answersOf(
        how,
        rows.map(({ raw }) => raw),
        pageSize,
      );
      standIn.addFaults(scriptOf(answers, listing));
    },
    breakNextWrite: (how) => {
      standIn.addFaults(FAULT_OF[how]);
    },
    breakAll: ({ status, skip = 0 }) => {
      const page = { headers: { 'content-type': 'text/html' }, body: '<html>Not here</html>' };
      standIn.addFaults({ times: 'always', status, skip, ...page });
    },
    heal: () => {
      standIn.clearFaults();
    },
  };
}

/** One rule for each answer, the last of them for ever. */
function scriptOf(answers: Answers, listing: ListingShape): object[] {
  return answers.map((answer, at) => ({
    match: { method: 'GET', path: listing.path },
    times: at === answers.length - 1 ? 'always' : 1,
    ...(answer === null
      ? {}
      : answer === 'refused'
        ? { status: 400, body: {} }
        : { status: 200, body: listing.page(answer) }),
  }));
}

/** Everybody who has to leave and come again for one account to be the first or the last to have come. */
function arriveAnew(held: readonly HeldAccount[], accountId: string, to: 'first' | 'last'): object[] {
  const isMoved = (account: HeldAccount): boolean => account.accountId === accountId;
  const again =
    to === 'last'
      ? held.filter(isMoved)
      : [...held].sort((one, other) => Number(isMoved(other)) - Number(isMoved(one)));
  return [
    ...again.map((account) => ({ op: 'remove', id: account.accountId })),
    ...again.map(({ raw }) => ({ op: 'put', account: raw })),
  ];
}

/** Accounts that the provider keeps for itself, and those whose deletion is only remembered, are nobody's. */
function isOfPeople(raw: Row & { readonly state: string }): boolean {
  return raw['service'] !== true && raw.state !== 'deleted';
}

function toHeld(raw: Row & { readonly state: string }, { idMember }: StandInShape): HeldAccount {
  return { accountId: String(raw[idMember]), state: raw.state, raw };
}

/** The named members as they shall be: maps keep what they hold beside what is named. */
function mergeInto(
  raw: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      const held = raw[name];
      return [name, isMap(held) && isMap(value) ? { ...held, ...value } : value];
    }),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
