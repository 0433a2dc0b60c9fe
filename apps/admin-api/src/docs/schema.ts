import type { ApiBody } from '@nestjs/swagger';
import { z } from 'zod';

// The library does not export the type by name.
type SchemaObject = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>['schema'];

/** Spells a zod schema for OpenAPI 3.1, as callers send it (`input`) or as they are answered (`output`). */
export function toOpenApi(schema: z.ZodType, io: 'input' | 'output'): SchemaObject {
  const described = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  delete described.$schema;
  // OpenAPI 3.1 schemas are JSON Schema 2020-12, which is what zod writes; Nest's types are those of 3.0.
  return described as SchemaObject;
}
