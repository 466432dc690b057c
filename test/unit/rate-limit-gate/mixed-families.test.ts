/** Limiters of different families on one request leave each other's fields alone. */
import { expect, test } from 'vitest'
import { fakeExchange } from './fake-exchange.ts'
import { gateHarness, passed, type GateOptions } from './gate-harness.ts'

const first: GateOptions = { name: 'a', limit: 3, window: '1m' }
const second: GateOptions = { name: 'b', limit: 100, window: '1h' }

test.each([
  ['draft-7', 'draft-10', 'limit=3, remaining=2, reset=60'],
  ['draft-10', 'draft-7', '"a";r=2;t=60'],
  ['draft-8', 'draft-7', '"a";r=2;t=60'],
  ['draft-10', 'draft-10', '"a";r=2;t=60, "b";r=99;t=3600'],
] as const)('%s, then %s', (one, other, value) => {
  const exchange = fakeExchange()
  passed(gateHarness({ ...first, algorithm: 'fixed-window', headers: one }).admit(exchange))
  passed(gateHarness({ ...second, algorithm: 'fixed-window', headers: other }).admit(exchange))
  expect(exchange.sent['ratelimit']).toBe(value)
})
