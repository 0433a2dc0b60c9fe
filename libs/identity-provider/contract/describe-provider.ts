import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { describeAbsence } from './absence.js';
import { describeChanging } from './changing.js';
import { describeCreating } from './creating.js';
import { describeErasing } from './erasing.js';
import type { ContractCase } from './guest.js';
import { describeListing } from './listing.js';
import { describeRemoving } from './removing.js';
import { describeSpelling } from './spelling.js';
import { Stage } from './stage.js';
import { describeSuspending } from './suspending.js';

/**
 * Tells every story that an `IdentityProvider` has to live up to, against a stand-in of its provider. Which stories are
 * told is decided by the capabilities alone. Every story starts at an empty provider, and is judged through the back door.
 */
export function describeProvider({ name, capabilities, setUp }: ContractCase): void {
  describe(name, () => {
    const stage = new Stage();
    beforeAll(async () => {
      stage.enter(await setUp());
    });
    beforeEach(() => {
      stage.guest.backDoor.reset();
    });
    afterEach(() => {
      stage.expectEverySlotReleased();
    });
    afterAll(() => stage.guest.close());

    describeCreating(stage, capabilities);
    describeChanging(stage, capabilities);
    describeSuspending(stage, capabilities);
    describeErasing(stage, capabilities);
    describeRemoving(stage, capabilities);
    describeAbsence(stage, capabilities);
    describeListing(stage, capabilities);
    describeSpelling(stage);
  });
}
