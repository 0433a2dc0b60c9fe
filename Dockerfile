# One image, three commands: the admin API (default), the worker, and the migrations.
FROM node:22-slim AS build
WORKDIR /app
COPY . .
# Installs, generates the Prisma client and builds; then only what runs in production stays.
RUN node scripts/setup.js && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production ROLLCALL_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY --from=build /app/scripts/setup.js /app/scripts/migrate.js /app/scripts/start.js ./scripts/
COPY --from=build /app/scripts/setup ./scripts/setup
COPY --from=build /app/dist/libs ./dist/libs
COPY --from=build /app/dist/apps/admin-api ./dist/apps/admin-api
COPY --from=build /app/dist/apps/worker ./dist/apps/worker
USER node
EXPOSE 3000 3001
# Not through npm: signals must reach the app itself, which ends in time when told to.
CMD ["node", "scripts/start.js", "admin-api"]
