/** SQLSTATE of a database error, however deep a library wrapped it; `null` when it is none. */
export function sqlStateOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Object && depth < 5; depth += 1) {
    if (
      'code' in at &&
      typeof at.code === 'string' &&
      /^[0-9A-Z]{5}$/.test(at.code) &&
      !/^P\d/.test(at.code)
    ) {
      return at.code;
    }
    // Prisma keeps the driver's code of a raw statement in meta.driverAdapterError.cause.originalCode.
    if ('originalCode' in at && typeof at.originalCode === 'string') return at.originalCode;
    if ('meta' in at && at.meta instanceof Object && 'driverAdapterError' in at.meta)
      at = at.meta.driverAdapterError;
    else at = 'cause' in at ? at.cause : null;
  }
  return null;
}

/** The statement lost against another one and may simply be run again: serialization failure or deadlock. */
export function isTransactionConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

/** The database refuses what it was given: bad text, a broken constraint, a value out of range. */
export function isRefusedAsData(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== null && (state.startsWith('22') || state.startsWith('23'));
}
