import { CallNotStarted } from '#identity-provider';
import type { Problem } from '../http/problem.js';

/** A call that must not be made now, and what the caller is told of it. Nothing was sent. */
export class CallHeldBack extends CallNotStarted {
  constructor(readonly problem: Problem) {
    super('paused');
  }
}
