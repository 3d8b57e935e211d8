/** Which network an address leads to (security D1), whatever way it is written. An IPv4 address inside of an IPv6 one counts as well. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** `never`: link-local (where clouds keep their metadata and credentials), multicast, reserved. */
export type AddressClass = 'public' | 'private' | 'never';

const never = listOf([
  '169.254.0.0/16',
  'fe80::/10',
  '224.0.0.0/3',
  'ff00::/8',
  // Metadata services outside of the link-local range: Alibaba, Azure, Amazon, Google.
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd20:ce::254',
]);

const privately = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '::/96',
  'fc00::/7',
  'fec0::/10',
  // Tunnels: NAT64, 6to4, Teredo. And addresses for documents, and the discard range.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  '2001::/32',
  '2001:db8::/32',
  '100::/64',
]);

export function classOf(address: string): AddressClass {
  const bare = bareOf(address);
  const forms = [bare, ...embeddedIn(bare)];
  if (forms.some((form) => isIn(never, form))) return 'never';
  if (forms.some((form) => isIn(privately, form))) return 'private';
  return isIPv4(bare) || isIPv6(bare) ? 'public' : 'never';
}

/** Addresses and networks (`10.0.0.0/8`) as a list to ask. Throws when one is neither. */
export function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (isIP(address) === 0) throw new Error(`${network} is no address and no network`);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

export function isIn(list: BlockList, address: string): boolean {
  const bare = bareOf(address);
  return list.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}

/** Without the zone of a link-local address. */
function bareOf(address: string): string {
  return address.split('%')[0] ?? '';
}

/** The IPv4 address that a tunnel or a mapping would lead to. */
function embeddedIn(address: string): readonly string[] {
  if (!isIPv6(address)) return [];
  const words = wordsOf(address);
  const head = words.slice(0, 6);
  const isZero = (list: readonly number[]): boolean => list.every((word) => word === 0);
  const isMapped = isZero(head.slice(0, 5)) && (head[5] === 0xffff || head[5] === 0);
  const isTranslated = isZero(head.slice(0, 4)) && head[4] === 0xffff && head[5] === 0;
  const isNat64 = head[0] === 0x64 && head[1] === 0xff9b;
  if (head[0] === 0x2002) return [dotted(words[1], words[2])];
  return isMapped || isTranslated || isNat64 ? [dotted(words[6], words[7])] : [];
}

function wordsOf(address: string): readonly number[] {
  const tail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [a = 0, b = 0, c = 0, d = 0] = (tail ?? []).slice(1).map(Number);
  const plain = tail === null ? address : `${address.slice(0, tail.index)}${hex(a, b)}:${hex(c, d)}`;
  const [front = '', back] = plain.split('::');
  const left = front === '' ? [] : front.split(':');
  const right = back === undefined || back === '' ? [] : back.split(':');
  const gap = Array.from({ length: Math.max(8 - left.length - right.length, 0) }, () => '0');
  return [...left, ...gap, ...right].map((word) => parseInt(word, 16));
}

function hex(high: number, low: number): string {
  return (high * 256 + low).toString(16);
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
