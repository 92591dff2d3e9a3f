import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Networks nobody downloads from over the internet: documentation, loopback, private, link local, multicast and the like. */
const nobodys = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  nobodys.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  nobodys.addSubnet(network, prefix, 'ipv6');
}

/**
 * The addresses in a text that may be somebody's. Four numbers are a version, not an address, behind one slash, a dash or
 * a `v` (`Chrome/120.0.0.0`), or where the line says so before them (`version: '24.7.9.1'`, `RFC 4291, 2.5.5.2`).
 */
export function publicAddresses(text: string): string[] {
  const v4 = [...text.matchAll(/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g)]
    .filter((match) => isIPv4(match[0]) && !nobodys.check(match[0], 'ipv4') && !isVersion(text, match.index))
    .map((match) => match[0]);
  const v6 = [...text.matchAll(/(?<![\w:.])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:.])/gi)]
    .map((match) => match[0])
    .filter((address) => isIPv6(address) && !nobodys.check(address, 'ipv6'));
  return [...v4, ...v6];
}

function isVersion(text: string, index: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', index - 1) + 1, index);
  return /(^|[^/])[/-]$|\b(version|RFC \d+)\W{0,5}$/i.test(before);
}
