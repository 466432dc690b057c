/** Who comes from another limiter finds each of its options, and an option of ours that exists. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concurrencyLimiterChecks } from '../../packages/core/src/gate/create-concurrency-limiter.ts'
import { rateLimitChecks } from '../../packages/core/src/gate/rate-limit-checks.ts'

/** As they are in the versions that the benchmark is measured against. */
const theirs = {
  'express-rate-limit':
    'windowMs limit max message statusCode legacyHeaders standardHeaders identifier retryAfter requestPropertyName ' +
    'skipFailedRequests skipSuccessfulRequests keyGenerator ipv6Subnet handler skip requestWasSuccessful store validate ' +
    'headers passOnStoreError logger getKey resetKey resetAll',
  'fastify-rate-limit':
    'global max timeWindow hook cache allowList redis nameSpace store continueExceeding skipOnError ban onBanReach keyGenerator ' +
    'ipv6Subnet groupId errorResponseBuilder enableDraftSpec onExceeding onExceeded exponentialBackoff addHeaders ' +
    'addHeadersOnExceeding createRateLimit',
  'koa-ratelimit':
    'driver db duration max id headers errorMessage status onLimited throw whitelist blacklist disableHeader',
  'rate-limiter-flexible':
    'points duration blockDuration keyPrefix execEvenly execEvenlyMinDelayMs insuranceLimiter inMemoryBlockOnConsumed ' +
    'inMemoryBlockDuration storeClient useRedisPackage rejectIfRedisNotReady customIncrTtlLuaScript consume penalty reward ' +
    'get delete block set RateLimiterUnion BurstyRateLimiter RateLimiterQueue RLWrapperBlackAndWhite RLWrapperTimeouts ' +
    'msBeforeNext remainingPoints consumedPoints',
}

/** What stands in the second column beside options: methods, values, fields of a decision, of other functions and plugins. */
const others = new Set(
  (
    'global hook policies factor maxKeys memoryBackend createRateLimiter createConcurrencyLimiter redisBackend limiter consume ' +
    'peek refund reset unblock on remaining retryAfterMs prefix false'
  ).split(' '),
)

describe.each(Object.entries(theirs))('coming from %s', (name, options) => {
  const rows = readFileSync(new URL(`../../docs/migrate/${name}.md`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

  it.each(options.split(' '))('finds %s', (option) => {
    const word = new RegExp(`[\\W]${option}\\W`)
    expect(rows.some(([, left = '']) => word.test(left))).toBe(true)
  })

  it('is told of options that exist', () => {
    const known = new Set([
      ...Object.keys(rateLimitChecks),
      ...Object.keys(concurrencyLimiterChecks),
      ...others,
    ])
    const told = rows.flatMap(([, , right = '']) =>
      [...right.matchAll(/`([a-zA-Z]\w*)/g)].map(([, option]) => option ?? ''),
    )
    expect(told.length).toBeGreaterThan(5)
    expect(told.filter((option) => !known.has(option))).toEqual([])
  })
})
