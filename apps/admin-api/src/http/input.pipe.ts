import { Readable } from 'node:stream';
import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import type { z } from 'zod';
import { fieldFaults } from '#store';
import { Problem } from './problem.js';

/** Holds bodies, queries and path parameters against their schemas, and answers field by field. */
export class InputPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => refusal(issues as readonly z.core.$ZodIssue[]) }); // all our schemas are zod's
  }

  override async transform<Value>(value: Value, metadata: ArgumentMetadata): Promise<Value> {
    // A stream is a body of one of the import's types, on a path that takes JSON.
    if (metadata.schema !== undefined && value instanceof Readable) {
      throw new Problem(415, 'unsupported_media_type', { detail: 'send application/json here' });
    }
    return super.transform(value, metadata);
  }

  /** The base class drops keys like `constructor` without a word; the schemas refuse them by name. */
  protected override stripProtoKeys(): void {
    // Nothing is dropped.
  }
}

/** The answer to an input that breaks its schema: 400 when the shape is wrong, 422 when only values are. */
export function refusal(issues: readonly z.core.$ZodIssue[]): Problem {
  const errors = fieldFaults({ issues });
  const isShape = errors.some((fault) => fault.code !== 'invalid_value');
  const detail = errors.map((fault) => `${fault.field} ${fault.rule}`.trim()).join('; ');
  return isShape
    ? new Problem(400, 'invalid_request', { detail, errors })
    : new Problem(422, 'invalid_fields', { detail, errors });
}
