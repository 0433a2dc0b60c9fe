import cliProgress from 'cli-progress';
import type { Standing } from './admin-client.js';

/** Shows how far each provider is. */
export interface Progress {
  show(standings: readonly Standing[]): void;
  stop(): void;
}

const LINE_EVERY_MS = 1_000;

/** Bars on a terminal; elsewhere a line a provider, once a second and only when something moved. */
export function openProgress(onTerminal: boolean, say: (line: string) => void): Progress {
  return onTerminal ? openBars() : openLines(say);
}

function openBars(): Progress {
  const bars = new cliProgress.MultiBar(
    { format: '  {provider} {bar} {value}/{total}  parked {parked}', hideCursor: true, forceRedraw: true },
    cliProgress.Presets.shades_classic,
  );
  const byProvider = new Map<string, cliProgress.SingleBar>();
  return {
    show(standings) {
      for (const standing of standings) {
        const bar = byProvider.get(standing.provider) ?? bars.create(standing.total, 0);
        byProvider.set(standing.provider, bar);
        bar.setTotal(standing.total);
        bar.update(doneOf(standing), { provider: standing.provider.padEnd(8), parked: standing.parked });
      }
      bars.update();
    },
    stop() {
      bars.stop();
    },
  };
}

function openLines(say: (line: string) => void): Progress {
  const last = new Map<string, string>();
  let shownAt = Number.NEGATIVE_INFINITY;
  const show = (standings: readonly Standing[]): void => {
    for (const standing of standings) {
      const line = `  ${standing.provider.padEnd(8)} ${doneOf(standing)}/${standing.total}, parked ${standing.parked}`;
      if (last.get(standing.provider) !== line) say(line);
      last.set(standing.provider, line);
    }
  };
  return {
    show(standings) {
      const isDone = standings.every(({ due }) => due === 0);
      if (!isDone && performance.now() - shownAt < LINE_EVERY_MS) return;
      shownAt = performance.now();
      show(standings);
    },
    stop: () => undefined,
  };
}

function doneOf({ total, due }: Standing): number {
  return total - due;
}
