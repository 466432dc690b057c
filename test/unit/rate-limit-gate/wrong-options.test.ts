/** What is refused when a limiter is made, and in which words. */
import { describe, expect, test } from 'vitest'
import { createRateLimiter, createRateLimitGate, ForebayError, type RateLimitOptions } from '@forebay/core'

const fine = { limit: 10, window: '1m' } as const
const policy = { name: 'a', limit: 10, window: '1m' } as const

function refusal(make: () => unknown): ForebayError {
  try {
    make()
  } catch (error) {
    if (error instanceof ForebayError) return error
    throw error
  }
  throw new Error('it was accepted')
}

type Row = [name: string, options: object | undefined, message: RegExp]

const shared: Row[] = [
  ['nothing', undefined, /undefined given as options/],
  ['no limit', {}, /limit is missing/],
  ['no window', { limit: 1 }, /window is missing/],
  ['limit NaN', { ...fine, limit: Number.NaN }, /limit: NaN is not accepted. Accepted: a whole number/],
  ['limit Infinity', { ...fine, limit: Infinity }, /limit: Infinity/],
  [
    'a limit that no number counts to',
    { ...fine, limit: 2 ** 53 },
    /limit: 9007199254740992 is .* at most 9007199254740991/,
  ],
  ['limit -1', { ...fine, limit: -1 }, /limit: -1/],
  ['limit 1.5', { ...fine, limit: 1.5 }, /limit: 1\.5/],
  ['limit as text', { ...fine, limit: '10' }, /limit: "10"/],
  ['window 0', { ...fine, window: 0 }, /window: 0 is not accepted/],
  ['window in parsecs', { ...fine, window: '5 parsecs' }, /window: "5 parsecs"/],
  ['window of 11 years', { ...fine, window: '4015d' }, /window: "4015d"/],
  ['window NaN', { ...fine, window: Number.NaN }, /window: NaN/],
  ['a misspelt option', { ...fine, windw: 1 }, /unknown option 'windw'. Did you mean 'window'/],
  ['an option of another library', { ...fine, max: 1 }, /unknown option 'max'/],
  ['__proto__ as option', JSON.parse('{"limit":1,"window":1,"__proto__":1}'), /unknown option '__proto__'/],
  ['an unknown algorithm', { ...fine, algorithm: 'leaky' }, /algorithm: "leaky"/],
  ['burst without bucket', { ...fine, burst: 20 }, /burst needs algorithm 'token-bucket' or 'gcra'/],
  ['burst 0', { ...fine, algorithm: 'gcra', burst: 0 }, /burst: 0/],
  ['policies with limit', { limit: 1, policies: [policy] }, /limit and policies exclude each other/],
  ['policies with window', { window: 1, policies: [policy] }, /window and policies exclude each other/],
  ['no policy', { policies: [] }, /policies: \[\] is not accepted/],
  ['a policy without limit', { policies: [{ name: 'a', window: 1 }] }, /policies\[0\]: limit is missing/],
  ['a policy without name', { policies: [{ limit: 1, window: 1 }] }, /policies\[0\]: name is missing/],
  ['a policy that is none', { policies: [policy, null] }, /policies\[1\]: null/],
  [
    'a misspelt policy option',
    { policies: [{ ...policy, burts: 1 }] },
    /policies\[0\]: unknown option 'burts'/,
  ],
  ['a policy name twice', { policies: [policy, policy] }, /policies\[1\]: the name 'a' is taken/],
  ['a policy name with umlaut', { policies: [{ ...policy, name: 'käse' }] }, /name: "käse"/],
  ['a policy name with line break', { policies: [{ ...policy, name: 'a\r\nb' }] }, /name: "a\\r\\nb"/],
  ['a limiter name with NUL', { ...fine, name: '\0' }, /name: /],
  ['an empty name', { ...fine, name: '' }, /name: ""/],
  ['escalate without block', { ...fine, escalate: { factor: 2, max: '1h' } }, /escalate needs block/],
  [
    'escalate below block',
    { ...fine, block: '1h', escalate: { factor: 2, max: '1m' } },
    /escalate.max is shorter/,
  ],
  ['escalate without max', { ...fine, block: '1h', escalate: { factor: 2 } }, /escalate: .*with factor, max/],
  ['escalate by less than 1', { ...fine, block: 1, escalate: { factor: 0.5, max: 9 } }, /factor: 0\.5/],
  [
    'a misspelt escalation',
    { ...fine, block: 1, escalate: { factor: 2, max: 9, mx: 1 } },
    /escalate: unknown option 'mx'/,
  ],
  ['block 0', { ...fine, block: 0 }, /block: 0/],
  ['cost -1', { ...fine, cost: -1 }, /cost: -1/],
  ['an unknown mode', { ...fine, mode: 'dry' }, /mode: "dry"/],
  ['an unknown failure mode', { ...fine, onBackendError: 'close' }, /onBackendError: "close"/],
  ['timeout 0', { ...fine, timeout: 0 }, /timeout: 0/],
  ['a backend that is none', { ...fine, backend: 'redis://localhost' }, /backend: "redis/],
  [
    'nodes where nobody divides',
    { ...fine, onBackendError: 'open', expectedNodes: 2 },
    /expectedNodes divides/,
  ],
  ['no node', { ...fine, expectedNodes: 0 }, /expectedNodes: 0/],
  ['a logger that cannot warn', { ...fine, logger: {} }, /logger: /],
  ['an empty group', { ...fine, group: '' }, /group: ""/],
]

const perRequest: Row[] = [
  ['key as text', { ...fine, key: 'ip' }, /key: "ip" is not accepted. Accepted: a function/],
  ['missingKey without key', { ...fine, missingKey: 'deny' }, /missingKey needs key/],
  ['an unknown missingKey', { ...fine, key: () => '', missingKey: 'allow' }, /missingKey: "allow"/],
  ['ipv6Prefix 0', { ...fine, ipv6Prefix: 0 }, /ipv6Prefix: 0/],
  ['ipv6Prefix 129', { ...fine, ipv6Prefix: 129 }, /ipv6Prefix: 129/],
  ['a wrong CIDR block', { ...fine, allow: ['10.0.0.0/33'] }, /allow: "10\.0\.0\.0\/33" is neither/],
  ['a list of numbers', { ...fine, deny: [1] }, /deny: \[1\] is not accepted/],
  ['an unknown family', { ...fine, headers: 'draft-9' }, /headers: "draft-9"/],
  ['headers true', { ...fine, headers: true }, /headers: true/],
  ['no family', { ...fine, headers: [] }, /headers: \[\] is not accepted/],
  ['families that share a field', { ...fine, headers: ['draft-7', 'draft-10'] }, /Choose one of them/],
  ['status 200', { ...fine, status: 200 }, /status: 200/],
  ['body as number', { ...fine, body: 7 }, /body: 7/],
  ['a body that JSON cannot hold', { ...fine, body: { n: 1n } }, /body: .*JSON/],
  ['isSuccessful without count', { ...fine, isSuccessful: () => true }, /isSuccessful needs count/],
  [
    'isSuccessful by count all',
    { ...fine, count: 'all', isSuccessful: () => true },
    /isSuccessful needs count/,
  ],
  ['cost beside own costs', { cost: 2, policies: [{ ...policy, cost: 1 }] }, /every policy has its own/],
  [
    'settle beside own costs',
    { settle: () => 1, policies: [{ ...policy, cost: 1 }] },
    /settle corrects what cost/,
  ],
  ['delay without by', { ...fine, delay: { after: 1, max: 1 } }, /delay: .*with after, by, max/],
  ['delay by 0', { ...fine, delay: { after: 1, by: 0, max: 1 } }, /delay: by: 0/],
  ['delay after NaN', { ...fine, delay: { after: Number.NaN, by: 1, max: 1 } }, /delay: after: NaN/],
  ['delay after the limit', { ...fine, delay: { after: 10, by: 1, max: 1 } }, /delay.after is 10/],
  ['delay at most less than by', { ...fine, delay: { after: 1, by: 9, max: 1 } }, /delay.max is shorter/],
  [
    'delay in several windows',
    { policies: [policy, { ...policy, name: 'b' }], delay: { after: 1, by: 1, max: 1 } },
    /delay counts in one window/,
  ],
]

describe('rateLimit refuses', () => {
  test.each([...shared, ...perRequest])('%s', (_, options, message) => {
    const error = refusal(() => createRateLimitGate(options as RateLimitOptions))
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^rateLimit: /)
  })

  test.each(['limit', 'group', 'mode', 'backend', 'name', 'policies', 'block', 'logger'])(
    '%s beside a ready limiter',
    (name) => {
      const limiter = createRateLimiter(fine)
      const options = {
        limit: 1,
        group: 'g',
        mode: 'shadow',
        name: 'n',
        policies: [policy],
        block: 1,
        logger: console,
      }
      const value = { backend: { kind: '', clock: {}, limits: {} }, ...options }[name]
      const error = refusal(() => createRateLimitGate({ limiter, [name]: value }))
      expect(error.code).toBe('FOREBAY_CONFLICTING_OPTIONS')
      expect(error.message).toContain(`${name} belongs to the limiter`)
    },
  )
})

describe('createRateLimiter refuses', () => {
  test.each(shared)('%s', (_, options, message) => {
    expect(refusal(() => createRateLimiter(options as never)).message).toMatch(message)
  })

  test.each(['key', 'skip', 'headers', 'onDenied', 'settle', 'delay'])(
    '%s, which needs a request',
    (name) => {
      expect(refusal(() => createRateLimiter({ ...fine, [name]: () => {} })).code).toBe(
        'FOREBAY_UNKNOWN_OPTION',
      )
    },
  )
})

test('options are not changed, and changing them afterwards changes nothing', () => {
  const options = Object.freeze({ ...fine, policies: undefined, group: 'g' })
  expect(() => createRateLimitGate(options as unknown as RateLimitOptions)).not.toThrow()
})
