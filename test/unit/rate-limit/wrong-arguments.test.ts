import { expect, it } from 'vitest'
import {
  createConcurrencyLimiter,
  createRateLimiter,
  createRateLimitGate,
  createResponseCache,
  memoryBackend,
  type RateLimiter,
} from '@forebay/core'
import { manualClock } from '@forebay/testing'

// Plain JavaScript comes without types.
const wrong = (value: unknown): never => value as never

const backend = memoryBackend({ clock: manualClock() })
const limiter = createRateLimiter({ limit: 3, window: '1m', backend })

const calls: readonly [what: string, call: (of: RateLimiter) => unknown, message: string][] = [
  ['consume', (of) => of.consume('key', wrong(5)), 'options: 5'],
  ['consume', (of) => of.consume('key', wrong(null)), 'options: null'],
  ['consume', (of) => of.consume('key', wrong({ cots: 2 })), "options: 'cots'"],
  ['peek', (of) => of.peek('key', wrong('2')), 'options: "2"'],
  ['consumeMany', (of) => of.consumeMany(wrong(undefined)), 'calls: undefined'],
  ['consumeMany', (of) => of.consumeMany([{ key: 'key' }, wrong(null)]), 'calls: null'],
  ['consumeMany', (of) => of.consumeMany([{ key: 'key' }, wrong({ key: 'key', cots: 2 })]), "calls: 'cots'"],
  ['refund', (of) => of.refund('key', wrong(undefined)), 'units: undefined'],
  ['on', (of) => of.on('denied', wrong(3)), "on('denied'): 3"],
]

it.each(calls)('%s of a rate limiter refuses what it cannot use, and charges nothing', (_, call, message) => {
  const refused = { code: 'FOREBAY_INVALID_ARGUMENT', message: expect.stringContaining(message) as string }
  expect(() => call(limiter as RateLimiter)).toThrow(expect.objectContaining(refused))
  expect(limiter.peek('key')).toMatchObject({ remaining: 3 })
})

it.each(['u', null, {}, { aborted: false }])('acquire refuses %s as a signal', (signal) => {
  const refused = {
    code: 'FOREBAY_INVALID_ARGUMENT',
    message: expect.stringContaining('Accepted: an AbortSignal') as string,
  }
  const concurrency = createConcurrencyLimiter({ max: 1, queue: 1 })
  expect(() => concurrency.acquire(wrong(signal))).toThrow(expect.objectContaining(refused))
  expect(concurrency.stats()).toMatchObject({ running: 0, waiting: 0 })
})

it('a gate refuses a limiter that it could not ask', () => {
  const limiterLike = { consume: () => undefined, decide: () => undefined }
  expect(() => createRateLimitGate({ limiter: wrong(limiterLike) })).toThrow(
    expect.objectContaining({ code: 'FOREBAY_INVALID_OPTION' }),
  )
})

it.each([null, 3])('a response cache refuses %s as options', (options) => {
  expect(() => createResponseCache(wrong(options))).toThrow(
    expect.objectContaining({ code: 'FOREBAY_INVALID_OPTION' }),
  )
})
