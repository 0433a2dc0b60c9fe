import { ALLOWED } from './allowed.js';
import { judge } from './judge.js';
import { loadOfficial } from './operations.js';
import { readRecording } from './recording.js';
import { Tally } from './tally.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * Holds everything recorded in `trafficFolder` against the official descriptions in `specsFolder`.
 * @throws Error when a description or the recording cannot be read
 */
export async function judgeRecording(trafficFolder: string, specsFolder: string): Promise<Verdict> {
  const official = await loadOfficial(specsFolder);
  const tally = new Tally(ALLOWED);
  for await (const exchange of readRecording(trafficFolder)) {
    const description = official.descriptions.get(exchange.provider);
    if (description === undefined) throw new Error(`no description of ${exchange.provider}`);
    tally.add(exchange, judge(exchange, description));
  }
  return verdictOf(tally, official);
}
