import { Behaviour, milliseconds, oneOf, type Switch } from '../frame/index.js';

function text(allowed: string, accepts: (value: string) => boolean): Switch<string> {
  return { initial: '', allowed, accepts: (value) => typeof value === 'string' && accepts(value) };
}

/** The points that PROVIDERS.md section 2 leaves open, and the webhook that a deletion is told to. */
const SUNSHINE_SWITCHES = {
  /** Whether profile fields that a PATCH leaves out are kept. @see PROVIDERS.md 2.3 */
  patchProfile: oneOf('merge', 'replace'),
  /** Whether custom properties that a PATCH leaves out are kept. @see PROVIDERS.md 2.3 */
  patchMetadata: oneOf('merge', 'replace'),
  /** Whether a custom property may be sent as null to clear it. @see PROVIDERS.md 2.3 */
  metadataNull: oneOf('clear', 'refuse'),
  /** `profile.locale` given to who is created without one; '' gives none. @see sunshine.openapi.yaml example createUser */
  accountLocale: text("a locale, or ''", (value) => value.length <= 64),
  /** Whether the locale outlives the deletion of personal information. @see PROVIDERS.md 2.7 */
  erasureLocale: oneOf('keep', 'clear'),
  /** Time between an accepted deletion and the account's end. */
  deletionDelayMs: milliseconds(200),
  /** What GET and the other calls by id answer in between. @see PROVIDERS.md 2.5 */
  getWhileDeleting: oneOf(200, 404),
  /** How long after its end a deleted account still shows in GET. */
  deleteThenGetLiveMs: milliseconds(0),
  /** Type of the deletion event: the description names both. @see PROVIDERS.md 2.8 */
  deletionEvent: oneOf('user:remove', 'user:delete'),
  /** Where events are posted; '' is nowhere. */
  webhookTarget: text("an http(s) URL, or ''", (value) => value === '' || /^https?:/.test(value)),
  /** Sent as X-API-Key with every event. */
  webhookSecret: text('a text of printable ASCII', (value) => /^[\x20-\x7e]*$/.test(value)),
  /** Events are never posted. */
  webhookLost: oneOf(false, true),
  /** Each event is posted twice, under one id. */
  webhookTwice: oneOf(false, true),
  /** Wait before a failed post is tried again; doubles with each attempt. */
  webhookRetryMs: milliseconds(1_000),
};

export type SunshineBehaviour = Behaviour<typeof SUNSHINE_SWITCHES>['current'];

export function sunshineBehaviour(): Behaviour<typeof SUNSHINE_SWITCHES> {
  return new Behaviour(SUNSHINE_SWITCHES);
}
