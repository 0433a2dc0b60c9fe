import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { IMPORT_TYPES } from '../http/server.js';
import { toOpenApi } from './schema.js';

/** Says what a route is for. */
export function Describes(summary: string, description = ''): MethodDecorator {
  return ApiOperation({ summary, description });
}

/** Says what a route answers. */
export function Answers(status: number, schema: z.ZodType): MethodDecorator {
  return ApiResponse({ status, schema: toOpenApi(schema, 'output') });
}

/** Says that a route is about one user. */
export function AboutUser(): MethodDecorator {
  return applyDecorators(
    ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } }),
    ApiHeader({
      name: 'if-match',
      required: false,
      description: 'Entity tags of the user as last seen; 412 when the user is none of them.',
    }),
  );
}

/** Says that a route's body may be left out, which its schema alone cannot say. */
export function BodyIsOptional(schema: z.ZodType): MethodDecorator {
  return ApiBody({ required: false, schema: toOpenApi(schema, 'input') });
}

/** Says that a route takes a file. */
export function TakesFile(): MethodDecorator {
  return applyDecorators(
    ApiConsumes(...Object.keys(IMPORT_TYPES)),
    ApiBody({ schema: { type: 'string', description: 'One user a line; streamed.' } }),
  );
}
