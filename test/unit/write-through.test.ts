/** Write-through: source and cache agree, whoever writes, loads and fails at the same time. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createCache, memoryBackend, writeThrough, type Backend } from '@forebay/core'
import { manualClock } from '@forebay/testing'

interface Gate {
  readonly key: string
  readonly value: unknown
  pass(): void
  fail(error: Error): void
}

/** A source that answers when it is told to. */
const gated = () => {
  const source = new Map<string, unknown>()
  const waiting: Gate[] = []
  const write = (key: string, value: unknown) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({
        key,
        value,
        pass() {
          source.set(key, value)
          resolve()
        },
        fail: reject,
      })
    })
  const next = async (): Promise<Gate> => {
    for (let i = 0; i < 100 && waiting.length === 0; i++) await turn()
    return waiting.shift()!
  }
  return { source, write, next, waiting }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await turn()
}

const backendOn = (changes: Partial<Backend> = {}) => {
  const clock = manualClock()
  return { clock, backend: { ...memoryBackend({ clock }), ...changes } }
}

it('writes the source first, then the cache', async () => {
  const { backend } = backendOn()
  const cache = createCache({ backend })
  await cache.set('a', 'old')
  const { write, next, source } = gated()
  const writing = writeThrough(cache, write).write('a', 'new', { tags: ['t'] })
  const gate = await next()
  expect(await cache.get('a')).toBe('old')
  gate.pass()
  await writing
  expect([source.get('a'), await cache.get('a')]).toEqual(['new', 'new'])
  await cache.invalidateTags('t')
  expect(await cache.get('a')).toBeUndefined()
})

it('leaves no cached value when the source refuses, and rejects with its error', async () => {
  const cache = createCache({ backend: backendOn().backend })
  await cache.set('a', 'old')
  const error = new Error('refused')
  const { write } = writeThrough(cache, () => Promise.reject(error))
  await expect(write('a', 'new')).rejects.toBe(error)
  expect(await cache.has('a')).toBe(false)
  const throwing = writeThrough(cache, () => {
    throw error
  })
  await expect(throwing.write('a', 'new')).rejects.toBe(error)
})

it('keeps what was loaded before the write, and finished after it, out of the cache', async () => {
  const cache = createCache({ backend: backendOn().backend })
  let finish: (value: string) => void = () => undefined
  const loading = cache.getOrLoad('a', () => new Promise<string>((resolve) => (finish = resolve)))
  await settle()
  await writeThrough(cache, async () => undefined).write('a', 'new')
  finish('old')
  expect(await loading).toBe('old')
  expect(await cache.get('a')).toBe('new')
})

it('writes one key in the order of the calls, and other keys beside it', async () => {
  const cache = createCache({ backend: backendOn().backend })
  const { write, next, waiting, source } = gated()
  // Two objects on one cache wait for each other, too.
  const [one, other] = [writeThrough(cache, write), writeThrough(cache, write)]
  const writes = [one.write('a', 1), other.write('a', 2), one.write('b', 1), one.write('a', 3)]
  await settle()
  expect(waiting.map(({ key, value }) => [key, value])).toEqual([
    ['a', 1],
    ['b', 1],
  ])
  for (let i = 0; i < 4; i++) (await next()).pass()
  await Promise.all(writes)
  expect([source.get('a'), await cache.get('a')]).toEqual([3, 3])
})

it('writes on after a write that failed', async () => {
  const cache = createCache({ backend: backendOn().backend })
  const { write, next } = gated()
  const { write: through } = writeThrough(cache, write)
  const first = expect(through('a', 1)).rejects.toThrow('refused')
  const second = through('a', 2)
  ;(await next()).fail(new Error('refused'))
  ;(await next()).pass()
  await Promise.all([first, second])
  expect(await cache.get('a')).toBe(2)
})

it('gives up a source that takes too long, and forgets once more when it comes to an end', async () => {
  const { backend, clock } = backendOn()
  const cache = createCache({ backend, ttl: '1h' })
  const { write, next } = gated()
  let signal: AbortSignal | undefined
  const { write: through } = writeThrough(
    cache,
    (key, value, context) => {
      signal = context.signal
      return write(key, value)
    },
    { timeout: '1s' },
  )
  const writing = expect(through('a', 'new')).rejects.toMatchObject({ code: 'FOREBAY_TIMEOUT' })
  const gate = await next()
  clock.advance(1_000)
  await writing
  expect(signal?.aborted).toBe(true)
  await cache.set('a', 'loaded meanwhile')
  gate.pass()
  await settle()
  expect(await cache.has('a')).toBe(false)
})

it('never rejects because of the cache, and leaves no old value in it', async () => {
  const { backend } = backendOn()
  let isBroken = false
  const { entries } = backend
  const cache = createCache({
    logger: { warn: () => undefined, error: () => undefined },
    backend: {
      ...backend,
      entries: new Proxy(entries, {
        get(target, name) {
          if (isBroken && name === 'set') return () => Promise.reject(new Error('out of memory'))
          const member = Reflect.get(target, name) as unknown
          return typeof member === 'function' ? (member.bind(target) as unknown) : member
        },
      }),
    },
  })
  await cache.set('a', 'old')
  isBroken = true
  await writeThrough(cache, async () => undefined).write('a', 'new')
  expect(await cache.get('a')).not.toBe('old')
})

it('refuses what the cache cannot hold before the source is touched', async () => {
  const cache = createCache({ backend: backendOn().backend })
  const keys: string[] = []
  const { write } = writeThrough(cache, (key) => keys.push(key))
  for (const [key, value] of [
    ['', 1],
    ['a', undefined],
    ['a', 1n],
    ['a', new Map()],
  ] as const) {
    await expect(write(key, value)).rejects.toMatchObject({ code: expect.stringMatching(/^FOREBAY_INVALID/) })
  }
  await expect(write('a', 1, { ttl: 'soon' as never })).rejects.toMatchObject({
    code: 'FOREBAY_INVALID_OPTION',
  })
  expect(keys).toEqual([])
})

it.each([
  [() => writeThrough({} as never, () => 1), /cache: .*what createCache returns/],
  [() => writeThrough(createCache(), 'write' as never), /write: "write" is not accepted/],
  [() => writeThrough(createCache(), () => 1, { timeout: 0 }), /timeout/],
  [() => writeThrough(createCache(), () => 1, { timeOut: 5 } as never), /Did you mean 'timeout'/],
])('refuses %s', (make, message) => {
  expect(make).toThrow(message)
})

it('writes a key in one process at a time where the backend is shared', async () => {
  const { backend, clock } = backendOn({ shared: true })
  const { write, next, source, waiting } = gated()
  // As two processes have them: caches of their own, on one backend.
  const [one, other] = [createCache({ backend }), createCache({ backend })]
  const first = writeThrough(one, write).write('a', 1)
  const gate = await next()
  const second = writeThrough(other, write).write('a', 2)
  for (let i = 0; i < 20; i++) {
    await settle()
    clock.advance(50)
  }
  expect(waiting).toHaveLength(0)
  gate.pass()
  await first
  for (let i = 0; i < 20 && waiting.length === 0; i++) {
    clock.advance(100)
    await settle()
  }
  ;(await next()).pass()
  await second
  expect([source.get('a'), await one.get('a')]).toEqual([2, 2])
})

it('caches nothing when it may not have been the only one to write', async () => {
  const { backend, clock } = backendOn({ shared: true })
  const locks = { acquire: () => ({ token: 1, renew: () => false, release: () => undefined }) }
  const cache = createCache({ backend: { ...backend, locks }, ttl: '1h' })
  const { write, next, source } = gated()
  const writing = writeThrough(cache, write).write('a', 1)
  const gate = await next()
  clock.advance(9_000)
  gate.pass()
  await writing
  expect([source.get('a'), await cache.has('a')]).toEqual([1, false])
})

it('writes without a lease, and caches nothing, when the backend gives none', async () => {
  const { backend } = backendOn({ shared: true, locks: { acquire: () => Promise.reject(new Error('away')) } })
  const cache = createCache({ backend })
  await cache.set('a', 'old')
  const { write, next, source } = gated()
  const writing = writeThrough(cache, write).write('a', 'new')
  ;(await next()).pass()
  await writing
  expect([source.get('a'), await cache.has('a')]).toEqual(['new', false])
})

it('writes nothing when another process does not come to an end', async () => {
  const { backend, clock } = backendOn({ shared: true, locks: { acquire: () => undefined } })
  const keys: string[] = []
  const { write } = writeThrough(createCache({ backend }), (key) => keys.push(key), { timeout: '1s' })
  const writing = expect(write('a', 1)).rejects.toMatchObject({ code: 'FOREBAY_TIMEOUT' })
  for (let i = 0; i < 30; i++) {
    await settle()
    clock.advance(100)
  }
  await writing
  expect(keys).toEqual([])
})
