import { BlockList, isIP } from 'node:net';

const MAX_URL = 2_048;
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa)\.?$/;

const PRIVATE_RANGES = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE_RANGES.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE_RANGES.addSubnet(network, prefix, 'ipv6');
}

/**
 * The first rule that an avatar URL breaks, or `null`. It is only ever stored and passed on, never fetched; private
 * hosts are refused so that a provider, or a browser that shows it, is not sent into somebody's network.
 */
export function findAvatarUrlFault(text: string): string | null {
  if (text.length > MAX_URL) return `must have at most ${MAX_URL} characters`;
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text))
    return 'must be an absolute http or https URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  return isPrivateHost(url.hostname) ? 'must name a public host' : null;
}

// The URL parser has already spelt hosts canonically: http://0x7f.1/ arrives here as 127.0.0.1.
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family === 4) return PRIVATE_RANGES.check(host, 'ipv4');
  if (family === 6) return PRIVATE_RANGES.check(host, 'ipv6');
  return PRIVATE_NAME.test(host) || !host.replace(/\.$/, '').includes('.');
}
