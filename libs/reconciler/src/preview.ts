import type { Account, NativeAttributes, Observation } from '#identity-provider';
import { peekSettled, readWork, type LinkKnowledge, type ProposedStep, type Work } from '#store';
import { hashOfPlan } from './approval.js';
import { afterRead, knowledgeOf } from './knowledge.js';
import { desiredOf, planInput } from './plan-input.js';
import { plan, type Plan, type PlanInput } from './plan/index.js';
import type { ProviderRoom } from './provider-room.js';
import { tolerateDrift } from './tolerance.js';

/**
 * Says what the engine would do, were it to find these accounts as they were just seen, by the very plan that it would
 * make. Links that are due or taken are left out: they are at work already. Calls nobody and writes nothing.
 * @param seen by user, what is there
 */
export async function previewSteps(
  room: ProviderRoom,
  seen: ReadonlyMap<string, Observation>,
): Promise<ProposedStep[]> {
  const { sql } = room.engine.database;
  const { slug, assignment } = room.instance;
  const links = await peekSettled(sql, slug, [...seen.keys()]);
  const works = await readWork(sql, slug, links, assignment);
  return works.flatMap((work) => {
    const observation = seen.get(work.userId);
    return observation === undefined ? [] : proposed(room, work, observation);
  });
}

function proposed(room: ProviderRoom, work: Work, observation: Observation): ProposedStep[] {
  if (work.user.status === 'purged') return [];
  const { knowledge: known, desired } = tolerateDrift(room.instance.drift, work, {
    desired: desiredOf(room.instance, work),
    knowledge: afterRead(knowledgeOf(work), observation),
  });
  const input = planInput(room.instance, work, desired, known);
  const planned = plan(input);
  if (planned.steps.length === 0 && planned.park === null) return [];
  return [
    {
      userId: work.userId,
      provider: work.provider,
      kinds: planned.steps.length === 0 ? ['report'] : planned.steps.map(({ kind }) => kind),
      changes: changesOf(planned, known),
      ...lossOf(input, planned),
      statusRevision: work.user.statusRevision,
      attributeRevision: work.user.attributeRevision,
      observedState: input.observed.state,
      hash: hashOfPlan(room.engine.hashKey, work.provider, { planned, observed: input.observed }),
    },
  ];
}

/** What the account would hold otherwise, path by path. */
function changesOf({ steps }: Plan, { asserted }: LinkKnowledge): ProposedStep['changes'] {
  const held: NativeAttributes = asserted?.attributes ?? {};
  const wanted = steps.reduce<NativeAttributes>(
    (all, step) => ('attributes' in step ? { ...all, ...step.attributes } : all),
    {},
  );
  const paths = Object.keys(wanted).filter((path) => (wanted[path] ?? null) !== (held[path] ?? null));
  return Object.fromEntries(
    paths.map((path) => [path, { held: held[path] ?? null, wanted: wanted[path] ?? null }]),
  );
}

/** Only a purge cannot be taken back; a new account is without what went with the old one. */
function lossOf(
  { capabilities, hadAccount }: PlanInput,
  { steps, park }: Plan,
): Pick<ProposedStep, 'reversible' | 'loses'> {
  const destroys = steps.some(({ kind }) => kind === 'purge');
  const replaces = hadAccount && steps.some(({ kind }) => kind === 'provision');
  const isLost = park?.code === 'gone_at_provider';
  return { reversible: !destroys, loses: destroys || replaces || isLost ? capabilities.purge.loses : [] };
}

/** A listed account as a read of it would show it. */
export function observationOf(account: Account): Observation {
  return { state: account.state, account };
}
