import type { OwedEffect } from '#domain';
import type { Account, Applied, NativeAttributes, Observation, ProviderStep } from '#identity-provider';
import type { LinkKnowledge, Work } from '#store';
import { differingPaths, type Observed } from './plan/index.js';

/** What the link's row says, before anything was read or done. */
export function knowledgeOf(work: Work): LinkKnowledge {
  return {
    accountId: work.accountId,
    certainty: work.certainty,
    observedState: work.observedState,
    observedMarker: work.observedMarker,
    asserted: work.asserted,
    owed: work.owed,
    notEnforceable: false,
    deferred: false,
  };
}

/** What a read showed. Tags cannot be read: what was last told stays. */
export function afterRead(known: LinkKnowledge, observation: Observation): LinkKnowledge {
  if (!('account' in observation)) {
    const gone = observation.state === 'absent';
    return {
      ...known,
      certainty: 'certain',
      observedState: observation.state,
      observedMarker: null,
      asserted: gone ? null : known.asserted,
    };
  }
  const { account } = observation;
  return {
    ...known,
    accountId: account.accountId,
    certainty: 'certain',
    observedState: account.state,
    observedMarker: account.marker,
    asserted: { attributes: account.attributes, tags: known.asserted?.tags ?? null },
  };
}

/** The plan's view of what is known. */
export function observedOf(known: LinkKnowledge): Observed {
  return {
    state: known.observedState ?? 'absent',
    marker: known.observedMarker,
    attributes: known.asserted?.attributes ?? null,
    tags: known.asserted?.tags ?? null,
  };
}

/** What is known once a provider has acknowledged a step. */
export function afterStep(known: LinkKnowledge, step: ProviderStep, applied: Applied): LinkKnowledge {
  const next = acknowledged({ ...known, accountId: applied.accountId ?? known.accountId }, step, applied);
  return applied.echo !== undefined && contradicts(next, applied.echo)
    ? { ...next, certainty: 'stale' }
    : next;
}

function acknowledged(known: LinkKnowledge, step: ProviderStep, applied: Applied): LinkKnowledge {
  switch (step.kind) {
    case 'provision':
      return {
        ...known,
        certainty: 'certain',
        observedState: 'live',
        observedMarker: null,
        asserted: { attributes: step.attributes, tags: {} },
      };
    case 'update':
      return asserting(known, step.attributes);
    case 'suspend':
      return {
        ...asserting(known, step.attributes, step.marker !== null),
        observedState: 'suspended',
        observedMarker: step.marker,
      };
    case 'reactivate':
      return {
        ...asserting(known, step.attributes, known.observedMarker !== null),
        observedState: 'live',
        observedMarker: null,
      };
    case 'softDelete':
      return { ...known, observedState: 'softDeleted', observedMarker: null };
    case 'restore':
      // It may have come back with anything: read it before it is written.
      return { ...known, observedState: 'live', certainty: 'stale' };
    case 'purge':
      // Only a read that no longer finds it is evidence.
      return {
        ...known,
        observedState: applied.confirmed ? 'absent' : known.observedState,
        certainty: 'stale',
      };
    case 'discharge':
      return discharged(known, step.effect, step.tags);
  }
}

/** `carried` is false where the step's call does not write attributes. */
function asserting(known: LinkKnowledge, attributes: NativeAttributes, carried = true): LinkKnowledge {
  return carried
    ? { ...known, asserted: { ...known.asserted, attributes, tags: known.asserted?.tags ?? null } }
    : known;
}

function discharged(
  known: LinkKnowledge,
  effect: OwedEffect,
  tags: Readonly<Record<string, string>>,
): LinkKnowledge {
  const owed = known.owed.filter((other) => other !== effect);
  // Whatever the account was known to hold, our marker too, went with the profile: it is read before it is written.
  if (effect === 'eraseProfile')
    return { ...known, owed, certainty: 'stale', observedMarker: null, asserted: null };
  if (effect !== 'setTags' || known.asserted === null) return { ...known, owed };
  return { ...known, owed, asserted: { ...known.asserted, tags } };
}

/** An answer that shows something else than what was acknowledged. It can only take certainty away. */
function contradicts(known: LinkKnowledge, echo: Account): boolean {
  return (
    echo.state !== known.observedState ||
    echo.marker !== known.observedMarker ||
    (known.asserted !== null && differingPaths(known.asserted.attributes, echo.attributes).length > 0)
  );
}
