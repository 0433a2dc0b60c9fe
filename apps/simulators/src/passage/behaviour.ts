import { Behaviour, milliseconds, oneOf, type Switch } from '../frame/index.js';
import { isFieldList } from './metadata-fields.js';

const fieldList: Switch<string> = {
  initial: '',
  allowed: "'name' or 'name:type' joined by commas; types are string, boolean, integer, date, phone, email",
  accepts: (value) => typeof value === 'string' && isFieldList(value),
};

/** The points that PROVIDERS.md section 3 leaves open, and the app's metadata schema. */
const PASSAGE_SWITCHES = {
  /** The app's schema of `user_metadata`; '' is none, so that every key is refused. @see PROVIDERS.md 3.3 */
  metadataFields: fieldList,
  /** Status of the refusal of a key that the schema lacks. @see PROVIDERS.md 3.3 */
  unknownMetadataStatus: oneOf(400, 404),
  /** Whether metadata that a PATCH leaves out is kept. @see PROVIDERS.md 3.3 */
  patchMetadata: oneOf('merge', 'replace'),
  /** Status of the refusal of an email or phone that is taken. @see PROVIDERS.md 3.6 */
  duplicateStatus: oneOf(400, 409),
  /** Whether a new email starts unverified. @see PROVIDERS.md 3.6 */
  emailChangeUnverifies: oneOf(true, false),
  /** How an email comes back that was sent with capitals. @see PROVIDERS.md 3.6 */
  storedEmail: oneOf('lowerCased', 'asSent'),
  /** What a new user is. @see PROVIDERS.md 3.3 */
  createdStatus: oneOf('active', 'pending'),
  /** How long a deleted user still shows in GET. */
  deleteThenGetLiveMs: milliseconds(0),
  /** Whether the vendor has shut the service down: every call is then a 404 that no API wrote. @see PROVIDERS.md 3.0 */
  retired: oneOf(false, true),
};

export type PassageBehaviour = Behaviour<typeof PASSAGE_SWITCHES>['current'];

export function passageBehaviour(): Behaviour<typeof PASSAGE_SWITCHES> {
  return new Behaviour(PASSAGE_SWITCHES);
}
