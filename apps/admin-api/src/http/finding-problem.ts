import {
  FindingKindRefused,
  FindingNotFound,
  FindingStateRefused,
  FindingUntrue,
  KeyDiffers,
  LinkOccupied,
} from '#store';
import { Problem } from './problem.js';

/** What a caller is told of a decision on a finding that is refused; `null` for any other error. */
export function findingProblemOf(error: Error): Problem | null {
  const detail = error.message;
  if (error instanceof FindingNotFound) return new Problem(404, 'finding_not_found', { detail });
  if (error instanceof FindingStateRefused)
    return new Problem(409, 'finding_state', { detail, state: error.state });
  if (error instanceof FindingKindRefused)
    return new Problem(409, 'finding_kind', { detail, state: error.kind });
  if (error instanceof FindingUntrue)
    return new Problem(409, 'finding_outdated', { detail, state: error.why });
  if (error instanceof KeyDiffers) return new Problem(409, 'key_differs', { detail });
  if (error instanceof LinkOccupied) return new Problem(409, 'link_occupied', { detail, state: error.why });
  return null;
}
