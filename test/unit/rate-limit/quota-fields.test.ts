/** Every family of quota fields, read back by an RFC 9651 parser. */
import fc from 'fast-check'
import { parseDictionary, parseList, serializeDictionary, serializeList } from 'structured-headers'
import { describe, expect, test } from 'vitest'
import type { Decision, Policy, PolicyDecision } from '../../../packages/core/src/ports/rate-limit-store.ts'
import { areCompatible, fieldWriters } from '../../../packages/core/src/rate-limit/fields/field-families.ts'
import type { FieldFamily } from '../../../packages/core/src/rate-limit/fields/field-family.ts'
import { isWritableName, quotaText } from '../../../packages/core/src/rate-limit/fields/quota-text.ts'
import { fakeExchange, type FakeExchange } from '../rate-limit-gate/fake-exchange.ts'

const now = Date.UTC(2026, 0, 1)

function policy(name: string, limit: number, windowMs: number, burst: number = limit): Policy {
  return { name, limit, windowMs, burst, algorithm: burst === limit ? 'fixed-window' : 'gcra' }
}

interface Part {
  readonly policy: Policy
  readonly remaining: number
  readonly resetMs: number
  readonly nextMs?: number
}

function decide(parts: readonly Part[], allowed = true): Decision {
  const policies = parts.map(
    ({ policy: { name, limit, windowMs }, remaining, resetMs, nextMs = resetMs }): PolicyDecision => ({
      name,
      allowed,
      limit,
      windowMs,
      remaining,
      resetAt: now + resetMs,
      nextAt: now + nextMs,
      retryAfterMs: undefined,
      chargedWindow: 0,
    }),
  )
  const closest = policies.toSorted((a, b) => a.remaining - b.remaining)[0]
  const facts = {
    limit: closest?.limit ?? 0,
    remaining: closest?.remaining ?? 0,
    resetAt: closest?.resetAt ?? 0,
    key: 'k',
    policies,
    source: 'backend',
  } as const
  return allowed ? { ...facts, allowed } : { ...facts, allowed, reason: 'quota' }
}

function write(
  families: readonly FieldFamily[],
  parts: readonly Part[],
  { exchange = fakeExchange(), allowed = true } = {},
): FakeExchange {
  const text = quotaText(parts.map((part) => part.policy))
  const standing = {
    decision: decide(parts, allowed),
    text,
    now,
    clock: { toWall: (instant: number) => instant + 5 },
  }
  for (const writer of fieldWriters(families)) writer(exchange, standing)
  return exchange
}

const burst = { policy: policy('burst', 20, 1_000), remaining: 19, resetMs: 1_000, nextMs: 100 }
const daily = { policy: policy('daily', 10_000, 86_400_000), remaining: 9_999, resetMs: 86_400_000 }

describe('what each family says', () => {
  test('legacy: the policy closest to denial, its reset as the Unix second of the wall clock, rounded up', () => {
    expect(write(['legacy'], [burst, daily]).sent).toEqual({
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '19',
      'x-ratelimit-reset': `${now / 1_000 + 2}`,
    })
  })

  test('draft-10: every policy, `t` until there is more', () => {
    expect(write(['draft-10'], [burst, daily]).sent).toEqual({
      'ratelimit-policy': '"burst";q=20;w=1, "daily";q=10000;w=86400',
      ratelimit: '"burst";r=19;t=1, "daily";r=9999;t=86400',
    })
  })

  test('draft-8: every policy, `t` until all is there', () => {
    const slow = { policy: policy('default', 5, 60_000), remaining: 4, resetMs: 59_001, nextMs: 1 }
    expect(write(['draft-8'], [slow]).sent).toEqual({
      'ratelimit-policy': '"default";q=5;w=60',
      ratelimit: '"default";r=4;t=60',
    })
  })

  test('draft-7 and draft-6 together: policies once, and the one closest to denial', () => {
    expect(write(['draft-7', 'draft-6'], [burst, daily]).sent).toEqual({
      'ratelimit-policy': '20;w=1, 10000;w=86400',
      ratelimit: 'limit=20, remaining=19, reset=1',
      'ratelimit-limit': '20',
      'ratelimit-remaining': '19',
      'ratelimit-reset': '1',
    })
  })

  test('windows below a second and parts of a second are rounded up', () => {
    const quick = { policy: policy('quick', 3, 250), remaining: 2, resetMs: 250 }
    const odd = { policy: policy('odd', 3, 1_500), remaining: 2, resetMs: 1_001 }
    const { sent } = write(['draft-10'], [quick, odd])
    expect(sent['ratelimit-policy']).toBe('"quick";q=3;w=1, "odd";q=3;w=2')
    expect(sent['ratelimit']).toBe('"quick";r=2;t=1, "odd";r=2;t=2')
  })

  test('no reset is further away than the window, or than a larger bucket takes to fill, nor in the past', () => {
    const late = { policy: policy('late', 3, 60_000), remaining: 2, resetMs: 66_000 }
    const past = { policy: policy('past', 3, 60_000), remaining: 3, resetMs: -5_000 }
    const bucket = { policy: policy('bucket', 10, 60_000, 30), remaining: 2, resetMs: 168_000 }
    expect(write(['draft-8'], [late, past, bucket]).sent['ratelimit']).toBe(
      '"late";r=2;t=60, "past";r=3;t=0, "bucket";r=2;t=168',
    )
    expect(write(['legacy'], [late]).sent['x-ratelimit-reset']).toBe(`${now / 1_000 + 61}`)
  })
})

test('a block may last longer than the window, and the fields say so', () => {
  const shut = { policy: policy('login', 5, 60_000), remaining: 0, resetMs: 3_600_000 }
  const text = quotaText([shut.policy])
  const decision = { ...decide([shut], false), reason: 'blocked' } as Decision
  const exchange = fakeExchange()
  const standing = { decision, text, now, clock: { toWall: (instant: number) => instant } }
  for (const writer of fieldWriters(['legacy', 'draft-10'])) writer(exchange, standing)
  expect(exchange.sent['x-ratelimit-reset']).toBe(`${now / 1_000 + 3_600}`)
  expect(exchange.sent['ratelimit']).toBe('"login";r=0;t=3600')
})

describe('several limiters on one request', () => {
  const strict = { policy: policy('login', 5, 60_000), remaining: 1, resetMs: 60_000 }
  const loose = { policy: policy('api', 100, 60_000), remaining: 80, resetMs: 60_000 }

  test.each([
    ['strict first', strict, loose],
    ['loose first', loose, strict],
  ])('lists grow, single places show the one closest to denial: %s', (_, first, second) => {
    const families = ['legacy', 'draft-10', 'draft-6'] as const
    const exchange = write(families, [first])
    write(families, [second], { exchange })
    expect(exchange.sent).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '1',
      'ratelimit-limit': '5',
      'ratelimit-remaining': '1',
    })
    expect(exchange.text('ratelimit-policy').split(', ')).toHaveLength(2)
    expect(exchange.text('ratelimit').split(', ').toSorted()).toEqual(['"api";r=80;t=60', '"login";r=1;t=60'])
  })

  test('a Dictionary shows the one closest to denial', () => {
    const exchange = write(['draft-7'], [strict])
    write(['draft-7'], [loose], { exchange })
    expect(exchange.sent['ratelimit']).toBe('limit=5, remaining=1, reset=60')
    expect(exchange.sent['ratelimit-policy']).toBe('5;w=60, 100;w=60')
  })

  test('a denial is closest, and what is no number gives way', () => {
    const exchange = write(['legacy'], [{ ...strict, remaining: 0 }])
    write(['legacy'], [{ ...loose, remaining: 3 }], { exchange, allowed: false })
    expect(exchange.sent['x-ratelimit-limit']).toBe('100')
    exchange.setResponseField('x-ratelimit-remaining', 'plenty')
    write(['legacy'], [strict], { exchange })
    expect(exchange.sent['x-ratelimit-limit']).toBe('5')
  })
})

test('draft 7 shares no response with drafts 8 and 10; all others go together', () => {
  expect(areCompatible(['draft-7', 'draft-10'])).toBe(false)
  expect(areCompatible(['draft-8', 'draft-7'])).toBe(false)
  expect(areCompatible(['legacy', 'draft-10', 'draft-8', 'draft-6'])).toBe(true)
  expect(areCompatible(['legacy', 'draft-7', 'draft-6'])).toBe(true)
})

test('an RFC 9651 parser reads every draft field and writes the same bytes', () => {
  const names = fc
    .string({ unit: fc.constantFrom(...'abc "\\;,=~\x7f\u00e9'.split('')), minLength: 1 })
    .filter(isWritableName)
  const units = fc.oneof(fc.nat(), fc.maxSafeNat())
  const part = fc.record({
    policy: fc
      .tuple(names, units, fc.integer({ min: 1, max: 315_360_000_000 }))
      .map(([name, limit, windowMs]) => policy(name, limit, windowMs)),
    remaining: units,
    resetMs: fc.integer({ min: -1_000, max: 400_000_000_000 }),
  })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      for (const family of ['draft-10', 'draft-8', 'draft-6'] as const) {
        const exchange = write([family], parts)
        for (const name of ['ratelimit-policy', 'ratelimit'] as const) {
          const text = exchange.sent[name]
          if (typeof text !== 'string') continue
          const list = parseList(text)
          expect(list).toHaveLength(parts.length)
          expect(serializeList(list)).toBe(text)
        }
      }
      const dictionary = write(['draft-7'], parts).text('ratelimit')
      expect(serializeDictionary(parseDictionary(dictionary))).toBe(dictionary)
      const [first] = parseList(write(['draft-10'], parts).text('ratelimit-policy'))
      expect(first?.[0]).toBe(parts[0]?.policy.name)
    }),
    { numRuns: 200 },
  )
})
