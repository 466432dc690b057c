/** Who a client is by its address, against the ip-address package as an oracle. */
import fc from 'fast-check'
import { Address4, Address6 } from 'ip-address'
import { describe, expect, test } from 'vitest'
import { clientOfAddress } from '../../../packages/core/src/rate-limit/client-address.ts'
import { formatAddress, parseAddress } from '../../../packages/core/src/rate-limit/ip-address.ts'

const clientOf = clientOfAddress(56)

describe('an address in every notation', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:8080', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::ffff:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
    ['0000:0000:0000:0000:0000:FFFF:C000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
    ['[::ffff:192.0.2.1]', '192.0.2.1'],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
    ['2001:db8:1:2ff:3:4:5:6', '2001:db8:1:200::/56'],
    ['2001:DB8:1:200::', '2001:db8:1:200::/56'],
    ['[2001:db8:1:2aa::1]:65535', '2001:db8:1:200::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['fe80::1%25en1', 'fe80::/56'],
    ['::1', '::/56'],
    ['::', '::/56'],
  ])('%s is %s', (text, client) => {
    expect(clientOf(text)).toBe(client)
    expect(clientOf(text)).toBe(client)
  })

  test.each([
    '',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:123456',
    '1.2.3.4:8o',
    '1..3.4',
    '1.2.3.4 ',
    ':',
    ':::',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3',
    '[::1',
    '[::1]x',
    '[]',
    '%eth0',
    '__proto__',
    '1'.repeat(100_000),
    '::'.repeat(50_000),
  ])('%.40s is none', (text) => {
    expect(clientOf(text)).toBeUndefined()
  })

  test('the prefix cuts by bits, not by groups', () => {
    expect(clientOfAddress(128)('2001:db8::1')).toBe('2001:db8::1')
    expect(clientOfAddress(64)('2001:db8:1:2:3::')).toBe('2001:db8:1:2::/64')
    expect(clientOfAddress(61)('2001:db8:1:ff:3::')).toBe('2001:db8:1:f8::/61')
    expect(clientOfAddress(1)('ffff::')).toBe('8000::/1')
  })

  test('a flood of addresses changes no answer', () => {
    for (let low = 0; low < 10_000; low++) {
      const group = low.toString(16)
      expect(clientOf(`2001:db8:${group}::1`)).toBe(`2001:db8${low === 0 ? '' : `:${group}`}::/56`)
    }
  })
})

const groupsOf6 = fc.array(
  fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })),
  { minLength: 8, maxLength: 8 },
)

/** The same address as different writers write it. */
function spellings(groups: readonly number[]): readonly string[] {
  const oracle = new Address6(groups.map((group) => group.toString(16)).join(':'))
  return [
    oracle.correctForm(),
    oracle.canonicalForm(),
    oracle.canonicalForm().toUpperCase(),
    `[${oracle.correctForm()}]:80`,
    `${oracle.correctForm()}%eth0`,
    oracle.to4in6(),
  ]
}

test('IPv6 agrees with the oracle in every spelling and for every prefix', () => {
  fc.assert(
    fc.property(groupsOf6, fc.integer({ min: 1, max: 127 }), (groups, bits) => {
      if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return
      const whole = new Address6(groups.map((group) => group.toString(16)).join(':'))
      const block = new Address6(`${whole.correctForm()}/${bits}`).startAddress().correctForm()
      for (const spelling of spellings(groups)) {
        expect(clientOfAddress(128)(spelling)).toBe(whole.correctForm())
        expect(clientOfAddress(bits)(spelling)).toBe(`${block}/${bits}`)
      }
    }),
    { numRuns: 300 },
  )
})

test('IPv4 agrees with the oracle, mapped or not', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      for (const spelling of [text, `${text}:1`, ...spellings(groupsOf(text))]) {
        expect(clientOf(spelling)).toBe(new Address4(text).correctForm())
      }
    }),
    { numRuns: 200 },
  )
})

function groupsOf(ipv4: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number)
  return [0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d]
}

test('whatever the text, nothing throws, and what is read is written so that it reads the same', () => {
  const alphabet = fc.constantFrom(...'0123456789abcdefABCDEF:::...[]%/gz'.split(''))
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 50 }), (text) => {
      const address = parseAddress(text)
      if (address === undefined) return
      expect(parseAddress(formatAddress(address))).toEqual(address)
    }),
    { numRuns: 2_000 },
  )
})
