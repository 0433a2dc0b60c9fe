import type { BackDoor, BrokenWrite, HeldAccount } from './back-door.js';

/** What the suite needs of a simulated provider; the simulators of `apps/simulators` are such by their shape. */
export interface StandIn {
  readonly provider: {
    readonly behaviour: { merge(settings: Readonly<Record<string, unknown>>): void };
    accounts(): Iterable<Readonly<Record<string, unknown>> & { readonly state: string }>;
  };
  plant(changes: unknown): number;
  addFaults(script: unknown): void;
  clearFaults(): void;
  reset(): void;
}

/** What a provider's accounts look like from behind. */
export interface StandInShape extends Pick<BackDoor, 'unmanaged' | 'markerPath' | 'owed'> {
  /** Member that is the account's id. */
  readonly idMember: string;
  /** Behaviour of this run. */
  readonly behaviour: Readonly<Record<string, unknown>>;
  /** The `number`th stranger, in the provider's own shape. */
  stranger(number: number): Readonly<Record<string, unknown>>;
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
    ...shape,
    held,
    reset: () => {
      standIn.reset();
      standIn.provider.behaviour.merge(shape.behaviour);
    },
    alter: (accountId, members) => {
      const found = held().find((account) => account.accountId === accountId);
      standIn.plant({ op: 'patch', id: accountId, account: mergeInto(found?.raw ?? {}, members) });
    },
    remove: (accountId) => standIn.plant({ op: 'remove', id: accountId }),
    crowd: (count) => {
      const strangers = Array.from({ length: count }, (_, number) => shape.stranger(number));
      standIn.plant(strangers.map((account) => ({ op: 'put', account })));
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

/** Accounts that the provider keeps for itself, and those whose deletion is only remembered, are nobody's. */
function isOfPeople(raw: Readonly<Record<string, unknown>> & { readonly state: string }): boolean {
  return raw['service'] !== true && raw.state !== 'deleted';
}

function toHeld(
  raw: Readonly<Record<string, unknown>> & { readonly state: string },
  { idMember }: StandInShape,
): HeldAccount {
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
