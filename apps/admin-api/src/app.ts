import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { QuietNestLogger } from '#observability';
import { AdminApiModule, type AdminApiParts } from './admin-api.module.js';
import { serveDocs } from './docs/docs.js';
import { createServer, type Route } from './http/server.js';

export type { AdminApiParts } from './admin-api.module.js';

/** What a caller of `createAdminApi` may want otherwise. */
export interface AdminApiOptions {
  /** Told every route as it is registered, so that a test can walk them all. (Default: nobody) */
  readonly onRoute?: (route: Route) => void;
  /**
   * Whether /docs has a page beside the description at /docs-json. Jest cannot load the plugin that serves it, which
   * requires an ES module from CommonJS; Node can. (Default: true)
   */
  readonly docsPage?: boolean;
}

/** Builds the admin API. It does not listen yet, and it owns none of its parts: whoever made them ends them. */
export async function createAdminApi(
  parts: AdminApiParts,
  options: AdminApiOptions = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AdminApiModule.with(parts),
    createServer(parts.roster.newId, options.onRoute ?? (() => undefined)),
    // Bodies are read by the server's own parsers, which refuse prototypes by name; Nest's would also take forms.
    { logger: new QuietNestLogger(parts.log), bodyParser: false, abortOnError: false },
  );
  serveDocs(app, options.docsPage ?? true);
  await app.init();
  return app;
}
