import { z } from 'zod';
import { userView } from '../docs/views.js';
import { findingView } from '../reconciliations/views.js';

/** Who was entered, and the finding that is over with it. */
export const adoptedView = z.object({ finding: findingView, user: userView });
