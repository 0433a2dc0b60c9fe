import { z } from 'zod';
import { ChangeRefused, UnknownSetting } from '../frame/index.js';

/** A request to the control API that is not understood; `allowed` says what would have been. */
export class ControlRefusal extends Error {
  override readonly name = 'ControlRefusal';

  constructor(
    readonly status: number,
    message: string,
    readonly allowed?: unknown,
  ) {
    super(message);
  }
}

/** Turns what a resource throws into a refusal; anything unforeseen goes on as it is. */
export function toRefusal(error: unknown, shape: unknown): ControlRefusal {
  if (error instanceof ControlRefusal) return error;
  if (error instanceof UnknownSetting) return new ControlRefusal(400, error.message, error.allowed);
  if (error instanceof ChangeRefused) return new ControlRefusal(422, error.message);
  if (error instanceof z.ZodError) return new ControlRefusal(400, z.prettifyError(error), shape);
  throw error;
}
