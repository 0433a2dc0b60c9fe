import type { Capabilities } from '../src/index.js';
import { expectSecondRoundEmpty, reconcileAll } from './reconciling.js';
import type { Stage } from './stage.js';

/** One promise of the port, told at a provider that holds nobody yet. It throws when the promise is not kept. */
export interface Story {
  readonly name: string;
  /** What a provider must be able to do for the story to be told. (Default: nothing) */
  readonly needs?: (capabilities: Capabilities) => boolean;
  /**
   * How it leaves those whom it tells of. `unfinished`: as the core never would, so that a few rounds of
   * reconciling have to mend it first. (Default: `asWanted`)
   */
  readonly leaves?: 'asWanted' | 'unfinished';
  readonly tell: (stage: Stage) => Promise<void>;
}

/** A story without what it has in common with others. */
export type Tale = Pick<Story, 'name' | 'tell'>;

/** Stories of one kind. */
export interface StoryGroup {
  readonly name: string;
  readonly stories: readonly Story[];
}

/** Stories that all need the same. */
export function storiesWith(shared: Pick<Story, 'needs' | 'leaves'>, stories: readonly Tale[]): Story[] {
  return stories.map((story) => ({ ...shared, ...story }));
}

/** The stories of a group that a provider has to live up to. */
export function storiesFor(group: StoryGroup, capabilities: Capabilities): Story[] {
  return group.stories.filter(({ needs }) => needs?.(capabilities) ?? true);
}

/**
 * Tells one story at an empty provider, and then has the core decide once more for everybody in it: nothing may be left
 * to do, and every call slot must have been given back.
 */
export async function tellStory(story: Story, stage: Stage): Promise<void> {
  stage.begin();
  await story.tell(stage);
  stage.guest.backDoor.heal();
  if (story.leaves === 'unfinished') await reconcileAll(stage);
  await expectSecondRoundEmpty(stage);
  stage.expectEverySlotReleased();
}
