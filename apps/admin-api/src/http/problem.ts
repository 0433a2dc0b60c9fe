import { HttpException } from '@nestjs/common';
import type { FieldFault } from '#store';

/** Something that may be asked for. */
export interface Offered {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

/** A reconciliation that is in the way. */
export interface OpenRun {
  readonly id: string;
  readonly provider: string;
  readonly mode: string;
  /** `null`: everybody. */
  readonly scope: { readonly userIds: readonly string[] } | null;
}

/** What a problem may say beside its title. */
export interface ProblemDetail {
  /** One sentence for people: what is wrong, and what to do. Holds no value that the caller sent. */
  readonly detail: string;
  /** Field by field, where fields are to blame. */
  readonly errors?: readonly FieldFault[];
  /** Where the user stands, when that is in the way. */
  readonly state?: string;
  /** What there is instead, where something is not offered. */
  readonly offers?: readonly Offered[];
  /** Reconciliations that are open, where they are in the way. */
  readonly runs?: readonly OpenRun[];
  /** When it makes sense to ask again. */
  readonly retryAfterS?: number;
}

/**
 * The one error that callers see: RFC 9457, with a `code` that never changes its meaning.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export class Problem extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly more: ProblemDetail,
    options?: { readonly cause?: unknown },
  ) {
    super(more.detail, status, options);
  }

  /** The body of the answer. */
  toBody(requestId: string): Record<string, unknown> {
    const { detail, errors, state, offers, runs } = this.more;
    return {
      type: `urn:rollcall:problem:${this.code}`,
      title: this.code.replaceAll('_', ' '),
      status: this.getStatus(),
      code: this.code,
      detail,
      ...(errors === undefined ? {} : { errors }),
      ...(state === undefined ? {} : { state }),
      ...(offers === undefined ? {} : { offers }),
      ...(runs === undefined ? {} : { runs }),
      requestId,
    };
  }
}
