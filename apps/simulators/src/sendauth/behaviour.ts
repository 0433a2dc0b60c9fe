import { Behaviour, milliseconds, oneOf } from '../frame/index.js';

/** Points that the documents leave open, each with what is assumed as its first value. */
const SWITCHES = {
  /** Reading a soft-deleted user. @see PROVIDERS.md 4.7 */
  getSoftDeleted: oneOf(404, 200),
  /** Whether a soft-deleted user still holds its email. @see PROVIDERS.md 4.6 */
  softDeletedBlocksEmail: oneOf(true, false),
  /** What an update does to fields that it leaves out. @see PROVIDERS.md 4.3 */
  putOmitted: oneOf('reset', 'keep'),
  /** Soft-deleting a soft-deleted user. @see PROVIDERS.md 4.7 */
  deleteTwice: oneOf(404, 200),
  /** How error bodies look. @see PROVIDERS.md 4.4 */
  errorBodies: oneOf('json', 'text', 'empty'),
  /** Whether the account of the credentials shows in the list of users. @see PROVIDERS.md 4.1 */
  serviceAccountListed: oneOf(false, true),
  /** A soft-deleted user is still shown by `get` for this long. */
  deleteThenGetLiveMs: milliseconds(),
};

export type SendAuthBehaviour = Behaviour<typeof SWITCHES>;

export function sendAuthBehaviour(): SendAuthBehaviour {
  return new Behaviour(SWITCHES);
}
