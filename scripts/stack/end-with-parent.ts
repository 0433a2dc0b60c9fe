/**
 * Loaded before a child's own entry (`node --import`). The parent holds the other end of the child's standard input and
 * never writes to it: its end says that the parent is gone, by SIGKILL too, which no handler of its own can tell us.
 */
const PATIENCE_MS = 15_000;

process.stdin.on('end', endWithParent);
process.stdin.on('error', endWithParent);
process.stdin.resume();
// A child that has nothing left to do may still end by itself. Files have no `unref`, and nothing to wait for either.
if ('unref' in process.stdin) process.stdin.unref();

function endWithParent(): void {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
}
