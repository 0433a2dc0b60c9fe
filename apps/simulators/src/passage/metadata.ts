import type { PassageAccount } from './account.js';
import type { PassageBehaviour } from './behaviour.js';
import { readFields } from './metadata-fields.js';
import { invalidRequest, unknownMetadata } from './refusal.js';

type Metadata = NonNullable<PassageAccount['user_metadata']>;

/**
 * `user_metadata` after a body. A key sent as null is cleared (inferred). Throws for a key that the app's schema
 * lacks and for a value that is not of its field's type.
 */
export function changeMetadata(
  before: Metadata | null,
  sent: Metadata | undefined,
  behaviour: Pick<PassageBehaviour, 'metadataFields' | 'unknownMetadataStatus' | 'patchMetadata'>,
): Metadata | null {
  if (sent === undefined) return before;
  checkFields(sent, behaviour);
  const whole = behaviour.patchMetadata === 'merge' ? { ...before, ...sent } : sent;
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}

function checkFields(
  sent: Metadata,
  behaviour: Pick<PassageBehaviour, 'metadataFields' | 'unknownMetadataStatus'>,
): void {
  const fields = readFields(behaviour.metadataFields);
  for (const [name, value] of Object.entries(sent)) {
    const check = fields.get(name);
    if (!check) throw unknownMetadata(behaviour.unknownMetadataStatus);
    if (value !== null && !check(value)) throw invalidRequest('user_metadata holds a value of another type');
  }
}
