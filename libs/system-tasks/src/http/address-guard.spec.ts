import { AddressGuard } from './address-guard.js';
import { classOf } from './address-class.js';
import { HttpClient } from './http-client.js';
import { HttpTask } from './http-task.js';
import { TestServer } from '../testing/http-server.js';
import { aContext, aTaskToRun } from '../testing/tasks.js';

describe('the class of an address', () => {
  it.each([
    ['1.1.1.1', 'public'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:1.1.1.1', 'public'],
    ['127.0.0.1', 'private'],
    ['127.255.255.254', 'private'],
    ['0.0.0.0', 'private'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['198.18.0.1', 'private'],
    ['::1', 'private'],
    ['::', 'private'],
    ['::ffff:127.0.0.1', 'private'],
    ['::ffff:7f00:1', 'private'],
    ['0:0:0:0:0:ffff:a00:1', 'private'],
    ['::ffff:0:10.0.0.1', 'private'],
    ['::127.0.0.1', 'private'],
    ['64:ff9b::7f00:1', 'private'],
    ['64:ff9b::8.8.8.8', 'private'],
    ['2002:7f00:1::', 'private'],
    ['2001:0:1::1', 'private'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'private'],
    ['169.254.169.254', 'never'],
    ['169.254.0.1', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['::ffff:a9fe:a9fe', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['64:ff9b::169.254.169.254', 'never'],
    ['2002:a9fe:a9fe::1', 'never'],
    ['fd00:ec2::254', 'never'],
    ['100.100.100.200', 'never'],
    ['168.63.129.16', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['240.0.0.1', 'never'],
    ['ff02::1', 'never'],
    ['not an address', 'never'],
  ] as const)('%s is %s', (address, expected) => {
    expect(classOf(address)).toBe(expected);
  });
});

describe('AddressGuard', () => {
  const publicOnly = new AddressGuard({ privateAddresses: 'deny' });
  const denied = { code: 'ADDRESS_DENIED' };
  const at =
    (...addresses: readonly string[]) =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.1/',
    'http://127.0.0.1./',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://127%2e0%2e0%2e1/',
    'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
    'http://LOCALHOST/',
    'http://user@127.0.0.1/',
    'http://example.com@127.0.0.1/',
    'http://example.com:80@127.0.0.1/',
    'http://127.0.0.1#@example.com/',
    'http://127.0.0.1\\@example.com/',
    'http:127.0.0.1/',
    'http:///127.0.0.1/',
    'http://10.0.0.1/',
    'http://0xa000001/',
    'http://192.168.0.1/',
    'http://3232235521/',
    'http://169.254.169.254/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
  ])('knows %s for what it is', async (uri) => {
    await expect(publicOnly.addressesOf(new URL(uri).hostname)).rejects.toMatchObject(denied);
  });

  it('allows one`s own network when it is told so, and link-local addresses not even then', async () => {
    const anywhere = new AddressGuard({ privateAddresses: 'allow' });
    expect(await anywhere.addressesOf('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
    for (const name of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]'])
      await expect(anywhere.addressesOf(name)).rejects.toMatchObject(denied);
  });

  it('looks at every address of a name', async () => {
    const guard = (...addresses: readonly string[]) => new AddressGuard({ privateAddresses: 'deny' }, at(...addresses));
    expect(await guard('1.1.1.1', '2606:4700::1').addressesOf('a.test')).toHaveLength(2);
    await expect(guard('1.1.1.1', '10.0.0.1').addressesOf('a.test')).rejects.toMatchObject(denied);
    await expect(guard('1.1.1.1', 'fe80::1').addressesOf('a.test')).rejects.toMatchObject(denied);
    await expect(guard().addressesOf('a.test')).rejects.toMatchObject({ code: 'NAME_NOT_FOUND' });
  });

  it('lets exceptions through, addresses and networks', async () => {
    const guard = new AddressGuard({
      privateAddresses: 'deny',
      allowed: ['10.1.0.0/16', '169.254.1.1', 'fd00:1::/32'],
    });
    for (const address of ['10.1.2.3', '169.254.1.1', 'fd00:1::5'])
      expect(await guard.addressesOf(address)).toHaveLength(1);
    for (const address of ['10.2.0.1', '169.254.1.2', 'fd00:2::5'])
      await expect(guard.addressesOf(address)).rejects.toMatchObject(denied);
  });

  it('refuses exceptions that are no addresses', () => {
    expect(() => new AddressGuard({ privateAddresses: 'deny', allowed: ['example.com'] })).toThrow('example.com');
  });

  it('resolves once, and the connection goes to what was checked', async () => {
    const server = await TestServer.http((_request, response) => response.end('{}'));
    try {
      const answers = [['127.0.0.1'], ['169.254.169.254']];
      const guard = new AddressGuard({ privateAddresses: 'allow' }, () => at(...(answers.shift() ?? []))());
      const task = new HttpTask(new HttpClient({ guard }));
      const uri = `http://rebind.test:${server.port}/`;
      const result = await task.execute(aTaskToRun({ uri, method: 'GET' }), aContext());
      expect(result.status).toBe('COMPLETED');
      expect(server.received[0]?.headers.host).toBe(`rebind.test:${server.port}`);
      expect(answers).toHaveLength(1);
    } finally {
      await server.close();
    }
  });
});
