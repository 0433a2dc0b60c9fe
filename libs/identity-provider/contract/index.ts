export { describeProvider } from './describe-provider.js';
export type { BackDoor, BrokenWrite, HeldAccount, OwedProof } from './back-door.js';
export type { ContractCase, ContractGuest } from './guest.js';
export { ANNA, ANNA_BARE, ANNA_CHANGED, anyone, BEN, CUSTOM_ATTRIBUTES } from './people.js';
export { openBackDoor, type StandIn, type StandInShape } from './stand-in.js';
