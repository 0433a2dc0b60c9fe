export { describeProvider } from './describe-provider.js';
export type {
  BackDoor,
  BrokenWrite,
  HeldAccount,
  ListingDisturbance,
  ListName,
  OwedProof,
} from './back-door.js';
export type { ContractCase, ContractGuest } from './guest.js';
export { ANNA, ANNA_BARE, ANNA_CHANGED, ANNA_TAGGED, anyone, BEN, CUSTOM_ATTRIBUTES } from './people.js';
export type { Decide, Planned, Planning } from './planning.js';
export { Stage } from './stage.js';
export { openBackDoor, type ListingShape, type StandIn, type StandInShape } from './stand-in.js';
export { STORIES } from './stories.js';
export { storiesFor, tellStory, type Story, type StoryGroup } from './story.js';
