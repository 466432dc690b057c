import { describe, expect, it } from 'vitest'
import { createResponseCache, createResponseCacheGate, memoryBackend } from '@forebay/core'

const made = (options: object) => () => createResponseCacheGate(options as never)

describe('options of the response cache', () => {
  it.each<[string, unknown]>([
    ['ttl', Number.NaN],
    ['ttl', -1],
    ['ttl', 1.5],
    ['ttl', '5 parsecs'],
    ['ttl', null],
    ['ttl', 11 * 365 * 86_400_000],
    ['negativeTtl', '1 minute'],
    ['staleWhileRevalidate', -1],
    ['staleIfError', 'x'],
    ['key', 'path'],
    ['key', null],
    ['partition', 'user'],
    ['cookies', 'refuse'],
    ['tags', 'a'],
    ['tags', [1]],
    ['skip', true],
    ['store', false],
    ['maxBodyBytes', -1],
    ['maxBodyBytes', 1.5],
    ['maxBodyBytes', Infinity],
    ['preset', 'strict'],
    ['requestDirectives', true],
    ['setCookie', 'keep'],
    ['targets', 'CDN-Cache-Control'],
    ['targets', ['not a name']],
    ['coalesce', 1],
    ['lease', 0],
    ['earlyRefresh', -1],
    ['earlyRefresh', Number.NaN],
    ['jitter', 1.1],
    ['jitter', -0.1],
    ['cacheStatus', true],
    ['cacheStatus', 'naïve'],
    ['timeout', 0],
    ['backend', {}],
    ['backend', 'redis://localhost'],
    ['name', 7],
    ['logger', {}],
    ['cache', {}],
  ])('refuse %s: %s, naming it, the value and what is accepted', (option, value) => {
    expect(made({ [option]: value })).toThrow(
      expect.objectContaining({
        name: 'ForebayError',
        code: expect.stringMatching(/^FOREBAY_/),
        message: expect.stringMatching(new RegExp(`${option}.*[Aa]ccepted`, 's')),
      }),
    )
  })

  it.each([
    [{ tll: '1m' }, /tll.*ttl/],
    [{ staleWhileRevalidat: 1 }, /staleWhileRevalidate/],
    [{ key: { querry: true } }, /querry.*query/],
    [{ key: { query: { ignor: [] } } }, /ignor.*ignore/],
    [{ key: { headers: ['not a name'] } }, /headers/],
  ])('suggest for %j', (options, message) => {
    expect(made(options)).toThrow(message)
  })

  it('that a given cache settles already are refused beside it', () => {
    const cache = createResponseCache()
    for (const options of [{ backend: memoryBackend() }, { name: 'x' }, { logger: console }]) {
      expect(made({ cache, ...options })).toThrow(
        expect.objectContaining({ code: 'FOREBAY_CONFLICTING_OPTIONS' }),
      )
    }
    expect(() => createResponseCache({ cache } as never)).toThrow(/createResponseCache: cache/)
    expect(made({ cache: { invalidateTags() {}, stats() {}, close() {} } })).toThrow(/no cache of this copy/)
  })

  it('left undefined count as not given', () => {
    expect(made({ ttl: undefined, backend: undefined, cache: undefined })).not.toThrow()
    const cache = createResponseCache({ ttl: '1m' })
    expect(createResponseCacheGate({ cache, ttl: undefined as never }).cache).toBe(cache)
  })
})

describe('closing', () => {
  it('ends a backend of its own, and leaves a given one alone', async () => {
    const backend = memoryBackend()
    await using given = createResponseCache({ backend })
    await given.close()
    await given.close()
    expect(await backend.health()).toMatchObject({ ok: true })
    const own = createResponseCache()
    await own.close()
    expect(own.stats()).toMatchObject({ entries: 0, hitRatio: 0 })
  })
})
