import { ABSENCE, REFUSAL } from './absence.js';
import { CHANGING } from './changing.js';
import { CREATING } from './creating.js';
import { ERASING } from './erasing.js';
import { FINDING } from './finding.js';
import { LISTING, LISTING_DELETED } from './listing.js';
import { REMOVING } from './removing.js';
import { SOFT_DELETING } from './soft-deleting.js';
import { SPELLING } from './spelling.js';
import type { StoryGroup } from './story.js';
import { SUSPENDING } from './suspending.js';

/** Everything that the port promises. */
export const STORIES: readonly StoryGroup[] = [
  CREATING,
  FINDING,
  CHANGING,
  SUSPENDING,
  SOFT_DELETING,
  ERASING,
  REMOVING,
  ABSENCE,
  REFUSAL,
  LISTING,
  LISTING_DELETED,
  SPELLING,
];
