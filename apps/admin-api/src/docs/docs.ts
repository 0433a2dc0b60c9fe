import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { toOpenApi } from './schema.js';
import { problemView } from './views.js';

/** Serves the API's description: for programs at /docs-json, and with `page` for people at /docs. */
export function serveDocs(app: NestFastifyApplication, page: boolean): void {
  const shape = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Rollcall')
    .setDescription('One roster of users, mirrored to unlike identity providers.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .addSecurityRequirements('bearer')
    .addGlobalResponse({
      status: 'default',
      description: 'Every error is a problem (RFC 9457) with a stable code.',
      content: { 'application/problem+json': { schema: toOpenApi(problemView, 'output') } },
    })
    .build();
  const document = SwaggerModule.createDocument(app, shape, {
    // Bodies and queries are described from the schemas that handlers hold them against.
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? { schema: toOpenApi(schema, schemaType) } : undefined,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json', raw: ['json'], ui: page });
}
