import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command that ended badly; `output` is all that it printed. */
export class CommandFailed extends Error {
  name = 'CommandFailed';

  constructor(command, output) {
    super(`${command} failed:\n${output.trim()}`);
    this.output = output;
  }
}

/**
 * Runs a command quietly in the checkout; what it prints is shown only when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string | undefined> }} options
 * @returns {Promise<string>} what it printed
 */
export async function runQuietly(command, args, { cwd, env = {} }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk) => {
    output += chunk;
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new CommandFailed(`${command} ${args.join(' ')}`, output);
  return output;
}

/** npm as the process that called us runs it, else the one on PATH. */
export function npmCommand() {
  const script = process.env['npm_execpath'];
  return script !== undefined && /npm-cli\.js$/.test(script) ? [process.execPath, [script]] : ['npm', []];
}
