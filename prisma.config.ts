import { defineConfig } from 'prisma/config';

/** Prisma's command line reads its schema and migrations from here; the service itself never loads this file. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
