import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plan } from '#reconciler';
import { passageCapabilities } from '../../providers/passage/src/capabilities.js';
import {
  METADATA_FIELDS,
  METADATA_SCHEMA,
  openPassageGuest,
} from '../../providers/passage/src/guest.harness.js';
import { passageMapping } from '../../providers/passage/src/mapping.js';
import { sendauthCapabilities } from '../../providers/sendauth/src/capabilities.js';
import { openSendauthGuest } from '../../providers/sendauth/src/guest.harness.js';
import { sunshineCapabilities } from '../../providers/sunshine/src/capabilities.js';
import { openSunshineGuest } from '../../providers/sunshine/src/guest.harness.js';
import { sunshineMapping } from '../../providers/sunshine/src/mapping.js';
import { vaultCapabilities } from '../../providers/vault/src/capabilities.js';
import { openVaultGuest } from '../../providers/vault/src/guest.harness.js';
import type { Capabilities } from '../src/index.js';
import { spoilt, type Defect } from './defects/defect.harness.js';
import { DEFECTS_OF_A_LISTING_ADAPTER } from './defects/listing.harness.js';
import { DEFECTS_OF_A_MARKING_ADAPTER } from './defects/marking.harness.js';
import { DEFECTS_OF_A_RESTORING_ADAPTER } from './defects/restoring.harness.js';
import { DEFECTS_OF_A_SUSPENDING_ADAPTER } from './defects/suspending.harness.js';
import type { ContractGuest } from './guest.js';
import { Stage } from './stage.js';
import { STORIES } from './stories.js';
import { tellStory, type Story } from './story.js';

function findStory(group: string, name: string): Story {
  const found = STORIES.find((each) => each.name === group)?.stories.find((story) => story.name === name);
  if (found === undefined) throw new Error(`no story is named "${group} > ${name}"`);
  return found;
}

/** One defect at a time in a good adapter: the stories have to catch it, and to let the good one pass. */
function describeTeeth(
  adapter: string,
  capabilities: Capabilities,
  ...[openGuest, defects]: [() => Promise<ContractGuest>, readonly Defect[]]
): void {
  describe(`an adapter (${adapter}) that`, () => {
    let guest: ContractGuest;
    beforeAll(async () => {
      guest = await openGuest();
    });
    afterAll(() => guest.close());
    const stageOf = (present: ContractGuest): Stage => {
      const stage = new Stage(capabilities, plan);
      stage.enter(present);
      return stage;
    };

    for (const { name, caughtBy, spoil } of defects) {
      it.each(caughtBy)(`${name} is caught by: %s > %s`, async (group, storyName) => {
        const story = findStory(group, storyName);
        expect(story.needs?.(capabilities) ?? true).toBe(true);
        await tellStory(story, stageOf(guest));
        const provider = spoilt(guest.provider, spoil(guest.provider, guest.backDoor));
        await expect(tellStory(story, stageOf({ ...guest, provider }))).rejects.not.toBeInstanceOf(TypeError);
      });
    }
  });
}

describeTeeth('Vault', vaultCapabilities, () => openVaultGuest(), DEFECTS_OF_A_LISTING_ADAPTER);
describeTeeth(
  'Passage',
  passageCapabilities(passageMapping(METADATA_FIELDS)),
  () => openPassageGuest(METADATA_SCHEMA, METADATA_FIELDS),
  DEFECTS_OF_A_SUSPENDING_ADAPTER,
);
describeTeeth('SendAuth', sendauthCapabilities, () => openSendauthGuest(), DEFECTS_OF_A_RESTORING_ADAPTER);
describeTeeth(
  'Sunshine',
  sunshineCapabilities(sunshineMapping([])),
  () => openSunshineGuest({ deletionDelayMs: 30 }, []),
  DEFECTS_OF_A_MARKING_ADAPTER,
);

it('no kind of story is without teeth', () => {
  const defects = [
    ...DEFECTS_OF_A_LISTING_ADAPTER,
    ...DEFECTS_OF_A_MARKING_ADAPTER,
    ...DEFECTS_OF_A_RESTORING_ADAPTER,
    ...DEFECTS_OF_A_SUSPENDING_ADAPTER,
  ];
  const biting = new Set(defects.flatMap(({ caughtBy }) => caughtBy.map(([group]) => group)));
  expect(STORIES.map(({ name }) => name).filter((name) => !biting.has(name))).toEqual([]);
});
