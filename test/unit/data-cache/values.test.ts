import { json } from '@forebay/core'
import { expect, it } from 'vitest'
import { cacheHarness } from './cache-harness.ts'

it.each([[0], [''], [false], [null], [-0]])('holds %j as a value', async (value) => {
  const { cache } = cacheHarness()
  await expect(cache.set('k', value)).resolves.toBe(true)
  expect(await cache.get('k')).toBe(value)
  expect(await cache.has('k')).toBe(true)
  expect(await cache.getMany(['k', 'other'])).toEqual(new Map([['k', value]]))
  await cache.getOrLoad('k', () => expect.fail('it is there'))
  expect(await cache.delete('k')).toBe(true)
  expect(await cache.has('k')).toBe(false)
})

it('takes undefined for absence', async () => {
  const { cache } = cacheHarness()
  await expect(cache.set('k', undefined)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_ARGUMENT' })
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.delete('k')).toBe(false)
})

it('keeps a value until its ttl is over', async () => {
  const { cache, clock } = cacheHarness({ ttl: '1s' })
  await cache.set('k', 'a')
  clock.advance(999)
  expect(await cache.get('k')).toBe('a')
  clock.advance(1)
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.has('k')).toBe(false)
})

it('takes the life of a call for that of the cache', async () => {
  const { cache, clock } = cacheHarness<number>({ ttl: '1m' })
  await cache.set('short', 1, { ttl: '1s' })
  await cache.set('by value', 5, { ttl: (value) => value * 1_000 })
  await cache.getOrLoad('loaded', () => 1, { ttl: 2_000 })
  clock.advance(1_000)
  expect([await cache.has('short'), await cache.has('by value'), await cache.has('loaded')]).toEqual([
    false,
    true,
    true,
  ])
  clock.advance(1_000)
  expect([await cache.has('by value'), await cache.has('loaded')]).toEqual([true, false])
})

it('stores nothing with a ttl of 0, and leaves nothing older in its place', async () => {
  const { cache, events } = cacheHarness()
  await cache.set('k', 'old')
  expect(await cache.set('k', 'new', { ttl: 0 })).toBe(false)
  expect(await cache.get('k')).toBeUndefined()
  expect(events).toContainEqual(['refused', { name: 'default', key: 'k', reason: 'ttl' }])
  expect(await cache.getOrLoad('k', () => 'loaded', { ttl: 0 })).toBe('loaded')
  expect(await cache.has('k')).toBe(false)
})

it('spreads the ttl by jitter, never beyond it', async () => {
  const draws = [0, 0.5, 0.999]
  const { cache, clock } = cacheHarness({ ttl: '10s', jitter: 0.2 }, { random: () => draws.shift() ?? 0 })
  await cache.setMany([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ])
  const there = async (): Promise<string> => [...(await cache.getMany(['a', 'b', 'c'])).keys()].join('')
  clock.advance(8_000)
  expect(await there()).toBe('abc')
  clock.advance(500)
  expect(await there()).toBe('ab')
  clock.advance(1_000)
  expect(await there()).toBe('a')
  clock.advance(500)
  expect(await there()).toBe('')
})

it('is safe from changes of what was set, given and loaded', async () => {
  const { cache } = cacheHarness<{ list: number[]; name: string }>()
  const mine = { list: [1], name: 'a' }
  await cache.set('k', mine)
  mine.list.push(2)
  const first = await cache.get('k')
  first!.name = 'b'
  first!.list.push(3)
  expect(await cache.get('k')).toEqual({ list: [1], name: 'a' })
  const source = { list: [1], name: 'source' }
  const loaded = await cache.getOrLoad('other', () => source)
  loaded.list.push(9)
  source.name = 'changed'
  expect(await cache.get('other')).toEqual({ list: [1], name: 'source' })
})

it('hands out one frozen value when told to', async () => {
  const { cache } = cacheHarness<{ list: number[] }>({ freeze: true })
  const mine = { list: [1] }
  await cache.set('k', mine)
  mine.list.push(2)
  const value = await cache.get('k')
  expect(value).toEqual({ list: [1] })
  expect(() => value!.list.push(3)).toThrow(TypeError)
  expect(await cache.get('k')).toBe(value)
})

it('gives many keys at once, each once', async () => {
  const { cache } = cacheHarness<number>()
  expect(
    await cache.setMany(
      new Map([
        ['a', 1],
        ['b', 0],
      ]),
    ),
  ).toBe(true)
  expect([...(await cache.getMany(['b', 'x', 'a', 'b']))]).toEqual([
    ['b', 0],
    ['a', 1],
  ])
  expect(await cache.getMany([])).toEqual(new Map())
})

it('stores nothing of many when one of them cannot be held', async () => {
  const { cache } = cacheHarness()
  const entries: [string, unknown][] = [
    ['a', 1],
    ['b', new Date(0)],
  ]
  await expect(cache.setMany(entries)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_VALUE' })
  expect(await cache.has('a')).toBe(false)
})

it('gives a fresh value another life by touch', async () => {
  const { cache, clock } = cacheHarness({ ttl: '10s' })
  await cache.set('k', 'a')
  clock.advance(6_000)
  expect(await cache.touch('k')).toBe(true)
  clock.advance(9_999)
  expect(await cache.has('k')).toBe(true)
  expect(await cache.touch('k', { ttl: '1m' })).toBe(true)
  clock.advance(59_999)
  expect(await cache.get('k')).toBe('a')
  clock.advance(1)
  expect(await cache.touch('k')).toBe(false)
  expect(await cache.get('k')).toBeUndefined()
})

it('slides with use, not writing for every read', async () => {
  const clockless = cacheHarness({ ttl: '10s', sliding: true })
  const { cache, clock, backend } = clockless
  let touches = 0
  const { touch } = backend.entries
  backend.entries.touch = (...args) => {
    touches++
    return touch.apply(backend.entries, args)
  }
  await cache.set('k', 'a')
  for (let read = 0; read < 60; read++) {
    clock.advance(500)
    expect(await (read % 2 === 0 ? cache.get('k') : cache.getOrLoad('k', () => 'loaded'))).toBe('a')
  }
  expect(touches).toBe(30)
  clock.advance(10_000)
  expect(await cache.get('k')).toBeUndefined()
})

it.each([[''], [undefined], [42], [null], [{}]])('refuses %j as a key', async (key) => {
  const { cache } = cacheHarness()
  const bad = key as string
  const calls = [
    () => cache.get(bad),
    () => cache.getOrLoad(bad, () => 1),
    () => cache.getMany([bad]),
    () => cache.set(bad, 1),
    () => cache.setMany([[bad, 1]]),
    () => cache.has(bad),
    () => cache.delete(bad),
    () => cache.expire(bad),
    () => cache.touch(bad),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'FOREBAY_INVALID_ARGUMENT' })
})

it('keeps any text as a key apart, also from other namespaces', async () => {
  const { cache, backend } = cacheHarness<string>({ namespace: 'a' })
  const other = cacheHarness<string>({ namespace: 'a:b' }, { backend }).cache
  const keys = ['k', 'K', ' k', '__proto__', 'constructor', 'b:k', '1:k', '\u0000', '\uD800', 'é', 'e\u0301']
  for (const key of keys) {
    await cache.set(key, `a ${key}`)
    await other.set(key, `b ${key}`)
  }
  for (const key of keys) {
    expect(await cache.get(key)).toBe(`a ${key}`)
    expect(await other.get(key)).toBe(`b ${key}`)
  }
})

it('is not misread by a cache of the same namespace that keeps its values otherwise', async () => {
  const { cache, backend } = cacheHarness({ namespace: 'n' })
  const frozen = cacheHarness({ namespace: 'n', freeze: true }, { backend })
  const other = cacheHarness({ namespace: 'n', codec: 'structured' }, { backend })
  const stranger = cacheHarness({ namespace: 'n', codec: { ...json, id: 'json' } }, { backend })
  await cache.set('k', { list: [1] })
  const shared = (await frozen.cache.get('k')) as { list: number[] }
  expect(() => shared.list.push(2)).toThrow(TypeError)
  expect(await stranger.cache.get('k')).toEqual({ list: [1] })
  expect(await other.cache.get('k')).toBeUndefined()
  expect(other.events.map(([event]) => event)).toEqual(['error', 'miss'])
  await other.cache.set('k', new Uint8Array([1]))
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.getOrLoad('k', () => 'loaded')).toBe('loaded')
  await frozen.cache.set('k', { list: [1] })
  const copy = (await cache.get('k')) as { list: number[] }
  copy.list.push(2)
  expect(await frozen.cache.get('k')).toEqual({ list: [1] })
})

it('writes what it checked, whatever a getter says next', async () => {
  const answers: unknown[] = [1, new Date(0)]
  const { cache } = cacheHarness()
  const moody = Object.defineProperty({}, 'answer', { enumerable: true, get: () => answers.shift() })
  expect(await cache.set('k', moody)).toBe(true)
  expect(await cache.get('k')).toEqual({ answer: 1 })
  answers.unshift(1)
  expect(json.decode(json.encode(moody))).toEqual({ answer: 1 })
})
