/**
 * Where tasks may go (security D1). A name is resolved once, every address that it has is looked at, and the connection is made to one of
 * those: nobody can answer a public address for the check and another one for the connection.
 */
import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { BlockList } from 'node:net';

import { classOf, isIn, listOf } from './address-class.js';
import { faultOf, HttpFault } from './http-fault.js';

export interface AddressPolicy {
  /** Addresses of one's own machine and network: Conductor's HTTP task goes anywhere, a public server's should not. */
  readonly privateAddresses: 'allow' | 'deny';
  /** Addresses and networks (`10.1.0.0/16`) that are allowed whatever else holds, link-local ones too. */
  readonly allowed?: readonly string[];
}

export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

const resolveByHost: Resolve = (name) => lookup(name, { all: true });

export class AddressGuard {
  private readonly allowed: BlockList;

  /** Throws when `allowed` holds something that is no address. */
  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolve: Resolve = resolveByHost,
  ) {
    this.allowed = listOf(policy.allowed ?? []);
  }

  /** All addresses of the host of a URL. Throws HttpFault ADDRESS_DENIED when one of them is off limits, NAME_NOT_FOUND without any. */
  async addressesOf(hostname: string): Promise<readonly LookupAddress[]> {
    const name = hostname.replace(/^\[|\]$/g, '');
    const addresses = await this.resolve(name).catch((error: unknown) => {
      throw faultOf(error);
    });
    if (addresses.length === 0) throw new HttpFault('NAME_NOT_FOUND', 'Name or service not known');
    if (!addresses.every(({ address }) => this.isAllowed(address)))
      throw new HttpFault('ADDRESS_DENIED', 'HTTP tasks must not go to this address');
    return addresses;
  }

  private isAllowed(address: string): boolean {
    if (isIn(this.allowed, address)) return true;
    const kind = classOf(address);
    return kind === 'public' || (kind === 'private' && this.policy.privateAddresses === 'allow');
  }
}
