/** Lists of addresses, CIDR blocks and keys. */
import fc from 'fast-check'
import { Address4 } from 'ip-address'
import { describe, expect, test } from 'vitest'
import { ForebayError } from '../../../packages/core/src/kit/forebay-error.ts'
import { addressList } from '../../../packages/core/src/rate-limit/address-list.ts'

describe('an address list', () => {
  const list = addressList(
    ['192.0.2.1', '10.0.0.0/8', '2001:db8::/32', '::ffff:198.51.100.0/120', 'internal-job', 'user:42'],
    'allow',
  )

  test.each([
    ['192.0.2.1', true],
    ['::ffff:192.0.2.1', true],
    ['192.0.2.1:4711', true],
    ['192.0.2.2', false],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['2001:db8:ffff::1', true],
    ['2001:db9::', false],
    ['198.51.100.77', true],
    ['198.51.101.1', false],
    ['garbage', false],
    ['', false],
  ])('address %s: %s', (address, included) => {
    expect(list.includesAddress(address)).toBe(included)
  })

  test('anything else is an exact key', () => {
    expect(list.includesKey('internal-job')).toBe(true)
    expect(list.includesKey('internal')).toBe(false)
    expect(list.includesKey('user:42')).toBe(true)
    expect(list.includesKey('__proto__')).toBe(false)
    expect(list.includesKey('constructor')).toBe(false)
  })

  test('a key that reads as a listed address is not that address', () => {
    expect(list.includesKey('10.0.0.1')).toBe(false)
    expect(list.includesKey('192.0.2.1')).toBe(false)
  })

  test('a block covers everything when it has no bits', () => {
    expect(addressList(['0.0.0.0/0'], 'deny').includesAddress('203.0.113.9')).toBe(true)
    expect(addressList(['0.0.0.0/0'], 'deny').includesAddress('2001:db8::1')).toBe(false)
    expect(addressList(['::/0'], 'deny').includesAddress('2001:db8::1')).toBe(true)
  })
})

test.each([
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '300.1.2.3',
  '1.2.3.4.5',
  '2001:db8::/129',
  '2001:db8:::/32',
  '::ffff:10.0.0.0/8',
  '',
  '/8',
])('%j is refused', (entry) => {
  expect(() => addressList([entry], 'allow')).toThrow(ForebayError)
  expect(() => addressList([entry], 'allow')).toThrow(/allow: /)
})

test('IPv4 blocks agree with the oracle', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (block, address, bits) => {
      const covered = new Address4(address).isInSubnet(new Address4(`${block}/${bits}`))
      expect(addressList([`${block}/${bits}`], 'allow').includesAddress(address)).toBe(covered)
    }),
    { numRuns: 500 },
  )
})
