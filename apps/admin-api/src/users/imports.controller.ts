import { Readable } from 'node:stream';
import { Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import type { ImportReport } from '#store';
import { Actor, type AuthenticatedRequest, requireScope } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes, TakesFile } from '../docs/decorators.js';
import { importReport } from '../docs/views.js';
import { Problem } from '../http/problem.js';
import { IMPORT_TYPES } from '../http/server.js';
import { ImportsService } from './imports.service.js';
import { importQuery, type ImportQuery } from './requests.js';

/** Whole files of users. */
@Controller('v1/users/import')
export class ImportsController {
  constructor(@Inject(ImportsService) private readonly imports: ImportsService) {}

  @Post()
  @HttpCode(200)
  @Requires('users:write')
  @Describes(
    'Import users',
    'NDJSON or CSV in UTF-8, streamed, by externalKey. Rows that are refused are named by line and cost nobody else; the same file again changes nothing. ' +
      'NDJSON: one object a line, with the fields of a new user and `status` (active or deactivated). ' +
      'CSV: commas, and a header that names the columns: externalKey, the text fields, `status`, `tags` (as name=value;name) and `attributes.<key>`; an empty cell is no value, a column left out stays as it is. ' +
      'With mode=sync people who are not in the file are deleted, when every row of it was taken and they are not too many; `sync` in the report says what became of them.',
  )
  @TakesFile()
  @Answers(200, importReport)
  run(
    @Actor() actor: string,
    @Query({ schema: importQuery }) query: ImportQuery,
    @Req() request: AuthenticatedRequest,
  ): Promise<ImportReport> {
    const isSync = query.mode === 'sync';
    if (isSync) requireScope(request, 'users:delete');
    if (query.overrideBudget !== undefined) requireScope(request, 'holds:approve');
    const { body } = request;
    const format = formatOf(request.headers['content-type']);
    if (format === null || !(body instanceof Readable)) {
      const detail = `send one of ${Object.keys(IMPORT_TYPES).join(', ')}`;
      throw new Problem(415, 'unsupported_media_type', { detail });
    }
    return this.imports.run(actor, body, {
      format,
      atomic: query.atomic === 'true',
      dryRun: query.dryRun === 'true',
      deletesMissing: isSync,
      overrideReason: query.overrideBudget,
    });
  }
}

function formatOf(contentType: string | undefined): 'ndjson' | 'csv' | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  const known = Object.entries(IMPORT_TYPES).find(([name]) => name === type);
  return known?.[1] ?? null;
}
