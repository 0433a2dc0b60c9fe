import fc from 'fast-check';
import { MOVES, PROVIDER_SLUGS, type Move, type ProviderSlug } from './lifecycle-stage.js';

/** One thing that happens to somebody. */
export type Event =
  | { readonly kind: 'move'; readonly move: Move }
  | { readonly kind: 'purgeLater' }
  | { readonly kind: 'edit'; readonly company: string }
  /** The mirror catches up before anything else happens. */
  | { readonly kind: 'mirrored' }
  /** The account disappears over there, and the mirror looks. */
  | { readonly kind: 'vanish'; readonly slug: ProviderSlug }
  /** A new account is asked for in place of one that is gone, and the mirror catches up. */
  | { readonly kind: 'recreate' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'lift' }
  /** A month goes by. */
  | { readonly kind: 'age' };

const only = <Kind extends Event['kind']>(kind: Kind) => fc.record({ kind: fc.constant(kind) });
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('move' as const), move: fc.constantFrom(...MOVES) }),
  },
  { weight: 1, arbitrary: only('purgeLater') },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      company: fc.constantFrom('One', 'Two', 'Three'),
    }),
  },
  { weight: 3, arbitrary: only('mirrored') },
  {
    weight: 4,
    // Twice as often where it is missed.
    arbitrary: fc.record({
      kind: fc.constant('vanish' as const),
      slug: fc.constantFrom(...PROVIDER_SLUGS, 'passage', 'sendauth'),
    }),
  },
  { weight: 4, arbitrary: only('recreate') },
  { weight: 2, arbitrary: only('hold') },
  { weight: 1, arbitrary: only('lift') },
  { weight: 2, arbitrary: only('age') },
);

/** What may happen to somebody, one after the other. */
export const histories = fc.array(events, { minLength: 1, maxLength: 12 });

export type Status = 'active' | 'deactivated' | 'deleted' | 'purging';

/** Where an account that is gone is made anew unasked. Written down apart from the capabilities that the engine goes by. */
const RECREATING: readonly ProviderSlug[] = ['vault', 'sunshine'];

/** What should have become of somebody, as a person would keep book of it. */
export class Book {
  status: Status = 'active';
  company = 'Example';
  /** Accounts that are gone; `perhaps` where the mirror may have made a new one meanwhile, or not. */
  readonly gone = new Map<ProviderSlug, 'surely' | 'perhaps'>();
  private cameFrom: 'active' | 'deactivated' = 'active';
  private isHeld = false;
  private isPlanned = false;
  private isAged = false;

  /** Writes down what is asked. @returns whether it should be refused */
  note(event: Event): 'taken' | 'refused' {
    switch (event.kind) {
      case 'mirrored':
        this.noteMirrored();
        return 'taken';
      case 'vanish':
        return 'taken';
      case 'age':
        this.isAged = this.status === 'deleted';
        return 'taken';
      case 'hold':
        if (this.status === 'purging') return 'refused';
        this.isHeld = true;
        return 'taken';
      case 'lift':
        this.isHeld = false;
        return 'taken';
      case 'purgeLater':
        if (this.isThere() || this.isHeld) return 'refused';
        this.isPlanned = true;
        return 'taken';
      case 'edit':
        if (!this.isThere()) return 'refused';
        this.company = event.company;
        return 'taken';
      case 'recreate':
        if (this.noteMove('reactivate') === 'refused') return 'refused';
        this.gone.clear();
        return 'taken';
      case 'move':
        return this.noteMove(event.move);
    }
  }

  /** Nothing keeps the retention period from taking the person, whose time has come. Written down as done. */
  noteRetention(): boolean {
    if (this.status !== 'deleted' || !this.isAged || this.isHeld || this.isPlanned) return false;
    this.status = 'purging';
    return true;
  }

  /** The account disappeared, and the mirror has looked. */
  noteVanished(slug: ProviderSlug): void {
    this.gone.set(slug, 'surely');
    this.noteMirrored();
  }

  /** The mirror has caught up. */
  noteMirrored(): void {
    if (this.status === 'active') for (const slug of RECREATING) this.gone.delete(slug);
  }

  private noteMove(move: Move): 'taken' | 'refused' {
    const to = this.destination(move);
    if (to === null) return 'refused';
    if (to === 'deleted' && this.isThere()) this.cameFrom = this.status as 'active' | 'deactivated'; // isThere says so
    if (to !== this.status) this.isAged = false;
    if (to !== 'deleted') this.isPlanned = false;
    this.status = to;
    if (to === 'active')
      for (const slug of RECREATING) if (this.gone.has(slug)) this.gone.set(slug, 'perhaps');
    return 'taken';
  }

  private destination(move: Move): Status | null {
    if (move === 'purge' && this.isHeld) return null;
    if (this.isThere()) {
      if (move === 'purge') return null;
      if (move === 'restore') return this.status;
      return move === 'delete' ? 'deleted' : move === 'deactivate' ? 'deactivated' : 'active';
    }
    if (this.status === 'purging') return move === 'purge' ? 'purging' : null;
    if (move === 'restore') return this.cameFrom;
    if (move === 'purge') return 'purging';
    return move === 'delete' ? 'deleted' : null;
  }

  isThere(): boolean {
    return this.status === 'active' || this.status === 'deactivated';
  }
}
