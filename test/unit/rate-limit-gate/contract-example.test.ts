/** The fields of the contract's own example, by the default algorithm. */
import { expect, test } from 'vitest'
import { fakeExchange } from './fake-exchange.ts'
import { gateHarness } from './gate-harness.ts'

test('two policies in draft-10', () => {
  const { admit } = gateHarness({
    headers: 'draft-10',
    policies: [
      { name: 'burst', limit: 20, window: '1s' },
      { name: 'daily', limit: 10_000, window: '1d' },
    ],
  })
  const exchange = fakeExchange()
  admit(exchange)
  expect(exchange.sent).toEqual({
    'ratelimit-policy': '"burst";q=20;w=1, "daily";q=10000;w=86400',
    ratelimit: '"burst";r=19;t=1, "daily";r=9999;t=86400',
  })
})

test.each(['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'] as const)(
  '%s: a lone client that waits exactly Retry-After is admitted',
  (algorithm) => {
    const { admit, clock } = gateHarness({ limit: 3, window: '7s', algorithm })
    for (let round = 0; round < 5; round++) {
      let exchange = fakeExchange()
      while (admit(exchange).type === 'pass') {
        clock.advance(137)
        exchange = fakeExchange()
      }
      clock.advance(Number(exchange.sent['retry-after']) * 1_000)
      expect(admit().type).toBe('pass')
    }
  },
)
