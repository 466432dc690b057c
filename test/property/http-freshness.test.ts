/** Storing and freshness agree with an independent implementation, wherever that one follows the RFC. */
import fc from 'fast-check'
import CachePolicy from 'http-cache-semantics'
import { expect, it } from 'vitest'
import { at, freshMs, now } from '../unit/http-rules/reuse-by-rules.ts'

class PolicyNow extends CachePolicy {
  override now(): number {
    return now
  }
}

const seconds = fc.integer({ min: 0, max: 100_000 })
const valued = (name: string): fc.Arbitrary<string> => seconds.map((value) => `${name}=${value}`)

/** Left out: what the other one reads differently (`proxy-revalidate`, letter case, quotes, duplicates). */
const directives = fc.uniqueArray(
  fc.oneof(
    valued('max-age'),
    valued('s-maxage'),
    fc.constantFrom('public', 'must-revalidate', 'x-other', 'x="a, b"'),
    fc.constantFrom('no-store', 'private', 'no-cache'),
  ),
  { maxLength: 4, selector: (directive) => directive.split('=')[0] },
)

const responses = fc.record(
  {
    'cache-control': directives.map((list) => list.join(', ')),
    expires: fc.oneof(
      seconds.map((ahead) => at(ahead)),
      seconds.map((ago) => at(-ago)),
      fc.constant('0'),
    ),
    'last-modified': seconds.map((ago) => at(-ago)),
    age: seconds.map(String),
    vary: fc.constantFrom('*', 'accept', 'accept, accept-language'),
  },
  { requiredKeys: [] },
)

it('agrees', () => {
  const statuses = fc.constantFrom(200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501)
  let fresh = 0
  fc.assert(
    fc.property(responses, statuses, fc.boolean(), (response, status, isAuthorized) => {
      const fields = { date: at(0), ...response }
      const headers = isAuthorized ? { authorization: 'x' } : {}
      const policy = new PolicyNow({ url: '/', method: 'GET', headers }, { status, headers: fields })
      const theirs = policy.storable() ? policy.timeToLive() : 0
      expect(freshMs(fields, { status, isAuthorized })).toBeCloseTo(theirs, 3)
      if (theirs > 0) fresh++
    }),
    { numRuns: 3_000 },
  )
  expect(fresh).toBeGreaterThan(300)
})
