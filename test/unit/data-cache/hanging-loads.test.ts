/** Loads that hang, those that wait for themselves among them, and codecs that do not read what they wrote. */
import { createCache, memoryBackend, type Codec, type DataCache } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { cacheHarness, heldLoader, turns } from './cache-harness.ts'
import { codedBackend } from './coded-backend.ts'

describe.each(['memory', 'a shared backend'])('on %s', (where) => {
  const harness = <T>(options: object = {}): ReturnType<typeof cacheHarness<T>> => {
    const clock = manualClock()
    const backend = where === 'memory' ? memoryBackend({ clock }) : codedBackend(clock)
    return cacheHarness<T>(options, { clock, backend })
  }

  it.each(['get', 'getMany', 'getOrLoad'] as const)(
    'a loader that asks by %s for its own key is told',
    async (method) => {
      const loader = async (): Promise<unknown> =>
        method === 'getMany' ? await cache.getMany(['other', 'k']) : await cache[method]('k', loader)
      const { cache } = harness<unknown>({ loader }) as { cache: DataCache }
      await expect(cache.getOrLoad('k', loader)).rejects.toThrow('asks for the key that it is to load')
    },
  )

  it('a loader that asks for its own key after a while waits for itself no longer than is said', async () => {
    const { cache, clock } = harness<number>()
    let runs = 0
    const circular = async (): Promise<number> => {
      runs++
      await Promise.resolve()
      return await cache.getOrLoad('k', circular)
    }
    const settled = Promise.allSettled([cache.getOrLoad('k', circular), cache.getOrLoad('k', circular)])
    await turns()
    clock.advance(600_000)
    for (const one of await settled) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'FOREBAY_LOADER_TIMEOUT' } })
    }
    expect(runs).toBe(1)
  })

  it('a slow load is waited for by all who asked in its first 30 s', async () => {
    const { cache, clock } = harness<string>()
    const held = heldLoader<string>()
    const asked = [cache.getOrLoad('k', held.load)]
    await turns()
    asked.push(cache.getOrLoad('k', held.load))
    for (let seconds = 0; seconds < 60; seconds++) {
      await turns()
      clock.advance(1_000)
    }
    held.give('slow')
    expect(await Promise.all(asked)).toEqual(['slow', 'slow'])
    expect(held.calls).toBe(1)
  })
})

/** Writes what it cannot read. */
const writeOnly: Codec<string> = {
  id: 'write-only',
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: () => {
    throw new SyntaxError('not mine')
  },
}

it('gives what the loader gave where the codec does not read it back, and says so', async () => {
  const { cache, events } = cacheHarness<string>({ codec: writeOnly })
  const held = heldLoader<string>()
  const asked = [cache.getOrLoad('k', held.load), cache.getOrLoad('k', held.load)]
  await turns()
  held.give('value')
  expect(await Promise.all(asked)).toEqual(['value', 'value'])
  expect(events.filter(([event]) => event === 'error')).toHaveLength(2)
  expect(events).toContainEqual([
    'error',
    expect.objectContaining({ operation: 'decode', error: expect.any(SyntaxError) as unknown }),
  ])
})

it('loads here what another node has loaded and nobody here can read', async () => {
  const clock = manualClock()
  const backend = codedBackend(clock)
  const held = heldLoader<string>()
  const readable: Codec<string> = {
    ...writeOnly,
    decode: (bytes) => String(JSON.parse(Buffer.from(bytes).toString())),
  }
  const there = createCache<string>({ backend, codec: readable, ttl: '1m' })
  const { cache: here, events } = cacheHarness<string>({ codec: writeOnly }, { clock, backend })
  const first = there.getOrLoad('k', held.load)
  await turns()
  const asked = [here.getOrLoad('k', () => 'own'), here.getOrLoad('k', () => 'own')]
  await turns()
  held.give('theirs')
  await turns()
  clock.advance(100)
  await turns()
  expect([await first, ...(await Promise.all(asked))]).toEqual(['theirs', 'own', 'own'])
  expect(here.stats().loads).toBe(1)
  expect(events.some(([event]) => event === 'error')).toBe(true)
  await there.close()
})
