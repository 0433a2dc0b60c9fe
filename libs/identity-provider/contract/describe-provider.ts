import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { ContractCase } from './guest.js';
import { STORIES } from './stories.js';
import { Stage } from './stage.js';
import { storiesFor, tellStory } from './story.js';

/**
 * Tells every story that an `IdentityProvider` has to live up to, against a stand-in of its provider. Which stories are
 * told is decided by the capabilities alone. Every story starts at an empty provider, is judged through the back door,
 * and ends with the law: reconciled once more, nothing is left to do.
 */
export function describeProvider({ name, capabilities, plan, setUp }: ContractCase): void {
  describe(name, () => {
    const stage = new Stage(capabilities, plan);
    beforeAll(async () => {
      stage.enter(await setUp());
    });
    afterAll(() => stage.guest.close());

    for (const group of STORIES) {
      const stories = storiesFor(group, capabilities);
      if (stories.length === 0) continue; // an empty describe is an error
      describe(group.name, () => {
        for (const story of stories) it(story.name, () => tellStory(story, stage));
      });
    }
  });
}
