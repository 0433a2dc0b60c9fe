import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/** Cleans up after this process should it end without doing so itself, by SIGKILL too. */
export interface Guard {
  /** From now on this process (with its group) is what has to end. */
  watch(pid: number): void;
  /** Everything is cleaned up already: the guard ends and does nothing. */
  release(): Promise<void>;
}

// The shell reads process ids until its input closes, which happens when this process is gone, however it went.
const SCRIPT = `
target=
while read -r word; do
  if [ "$word" = done ]; then exit 0; fi
  target=$word
done
if [ -n "$target" ]; then
  kill -QUIT "-$target" 2>/dev/null
  tries=0
  while [ $tries -lt 50 ] && kill -0 "-$target" 2>/dev/null; do tries=$((tries + 1)); sleep 0.1; done
  kill -KILL "-$target" 2>/dev/null
fi
if [ -n "$1" ]; then rm -rf -- "$1"; fi
`;

/**
 * Starts the guard: a shell in a session of its own, so that Ctrl-C in the terminal does not reach it.
 * What it watches must be started detached (a process group leader): it ends by SIGQUIT, after 5 s by SIGKILL.
 * @param folder removed last, when given
 */
export function startGuard(folder?: string): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'rollcall-guard', folder ?? ''], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  // The pipe must not keep this process alive, and a guard that is gone already must not end it.
  const { stdin } = shell;
  if (stdin instanceof Socket) stdin.unref();
  stdin.on('error', () => undefined);
  return {
    watch(pid) {
      stdin.write(`${pid}\n`);
    },
    async release() {
      if (shell.exitCode !== null || shell.signalCode !== null) return;
      shell.ref();
      const exited = once(shell, 'exit');
      stdin.end('done\n');
      await exited;
    },
  };
}
