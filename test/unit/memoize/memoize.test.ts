/** A memoized function: what it runs for, and what it does not. */
import { describe, expect, it } from 'vitest'
import { createCache, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'

const cacheOf = (options: Parameters<typeof createCache>[0] = {}) => {
  const clock = manualClock()
  const backend = memoryBackend({ clock })
  return { clock, backend, cache: createCache({ backend, ttl: '1m', earlyRefresh: 0, ...options }) }
}

describe('memoize', () => {
  it('runs once for the same arguments, until the result ends', async () => {
    const { cache, clock } = cacheOf()
    let runs = 0
    const add = cache.memoize(
      (a: number, b: number) => {
        runs++
        return a + b
      },
      { name: 'add', ttl: '10s' },
    )
    expect([await add(1, 2), await add(1, 2), await add(2, 1)]).toEqual([3, 3, 3])
    expect(runs).toBe(2)
    expect(add.info()).toEqual({ hits: 1, misses: 2, size: 2, maxSize: 10_000 })
    clock.advance(10_000)
    expect(add.info().size).toBe(0)
    await add(1, 2)
    expect(runs).toBe(3)
  })

  it('runs once for all who call at the same time', async () => {
    const { cache } = cacheOf()
    let runs = 0
    const slow = cache.memoize(
      async (id: string) => {
        runs++
        await new Promise((resolve) => setImmediate(resolve))
        return id
      },
      { name: 'slow' },
    )
    expect(await Promise.all(Array.from({ length: 50 }, () => slow('a')))).toEqual(
      Array.from({ length: 50 }, () => 'a'),
    )
    expect(runs).toBe(1)
    expect(slow.info()).toMatchObject({ hits: 49, misses: 1 })
  })

  it('passes on what the function throws, and never caches it', async () => {
    const { cache } = cacheOf()
    let runs = 0
    const failing = cache.memoize(
      (id: string) => {
        if (++runs < 3) throw new Error(`no ${id}`)
        return id
      },
      { name: 'failing' },
    )
    await expect(failing('a')).rejects.toThrow('no a')
    await expect(failing('a')).rejects.toThrow('no a')
    expect(await failing('a')).toBe('a')
    expect(failing.info()).toMatchObject({ misses: 3, size: 1 })
  })

  it.each([[0], [''], [false], [null]])('caches %j as a value', async (value) => {
    const { cache } = cacheOf()
    let runs = 0
    const one = cache.memoize(
      () => {
        runs++
        return value
      },
      { name: 'one' },
    )
    expect([await one(), await one()]).toEqual([value, value])
    expect(runs).toBe(1)
  })

  it('passes `this` on to the function and to key', async () => {
    const { cache } = cacheOf()
    const shop = {
      city: 'Ghent',
      describe: cache.memoize(
        function (this: { city: string }, word: string) {
          return `${word} in ${this.city}`
        },
        {
          name: 'describe',
          key(this: { city: string }, word: string) {
            return [this.city, word]
          },
        },
      ),
    }
    expect(await shop.describe('lamps')).toBe('lamps in Ghent')
    expect(await shop.describe.call({ city: 'Delft' }, 'lamps')).toBe('lamps in Delft')
  })

  it('keeps the entries of two functions on one cache apart, and from the keys of the app', async () => {
    const { cache } = cacheOf()
    const double = (x: number) => x * 2
    const square = (x: number) => x * x
    const memoized = [
      cache.memoize(double),
      cache.memoize(square),
      cache.memoize((x: number) => -x),
      cache.memoize((x: number) => x),
    ]
    expect(await Promise.all(memoized.map((one) => one(3)))).toEqual([6, 9, -3, 3])
    const again = cache.memoize((x: number) => x + 100, { name: 'other' })
    expect(await again(3)).toBe(103)
    expect(() => cache.memoize(square, { name: 'other' })).toThrow(/is the name of another function/)
    for (const key of ['double', 'double:3', '\u0000memoized', 'a1:d3;'])
      expect(await cache.get(key)).toBeUndefined()
    await expect(cache.get('\u0000memoized:6:double:0::a1:d3;')).rejects.toMatchObject({
      code: 'FOREBAY_INVALID_ARGUMENT',
    })
  })

  it('asks for a name where other processes would have to guess it', () => {
    const { backend } = cacheOf()
    const cache = createCache({ backend: { ...backend, shared: true } })
    const load = (id: string) => id
    cache.memoize(load)
    expect(() => cache.memoize(load)).toThrow(
      /memoize: name: "load" is the name of another function on this cache/,
    )
    expect(() => cache.memoize((id: string) => id, { name: 'mine' })).not.toThrow()
  })

  it('keeps to itself, and says so, what a function without a name gives where other processes look', async () => {
    const lines: unknown[] = []
    const logger = { warn: (line: unknown) => lines.push(line), error: (line: unknown) => lines.push(line) }
    const cache = createCache({ backend: { ...cacheOf().backend, shared: true }, logger })
    let runs = 0
    const first = cache.memoize((id: string) => `first ${id} ${++runs}`)
    const second = cache.memoize((id: string) => `second ${id} ${++runs}`)
    expect([await first('a'), await second('a'), await first('a')]).toEqual([
      'first a 1',
      'second a 2',
      'first a 1',
    ])
    expect(await first.invalidate('a')).toBe(true)
    expect([await first('a'), await second('a')]).toEqual(['first a 3', 'second a 2'])
    expect(lines).toEqual([expect.stringContaining('memoize: a function without a name')])
    await cache.close()
  })

  it('has the name and the number of parameters of the function', () => {
    const { cache } = cacheOf()
    const area = (width: number, height: number) => width * height
    const memoized = cache.memoize(area, { name: 'other' })
    expect([memoized.name, memoized.length]).toEqual(['area', 2])
  })

  it('forgets one result, or all of one function, and nothing else', async () => {
    const { cache } = cacheOf()
    let runs = 0
    const counted = (id: string) => {
      runs++
      return id === 'none' ? null : id
    }
    const one = cache.memoize(counted, { name: 'one', tags: () => ['all'] })
    const other = cache.memoize(counted, { name: 'other' })
    const calls = async () => [await one('a'), await one('b'), await one('none'), await other('a')]
    await calls()
    expect(await one.invalidate('a')).toBe(true)
    expect(await one.invalidate('never')).toBe(false)
    await calls()
    expect(runs).toBe(5)
    await one.clear()
    expect(one.info()).toEqual({ hits: 0, misses: 0, size: 0, maxSize: 10_000 })
    await calls()
    expect(runs).toBe(8)
    await cache.invalidateTags('all')
    await calls()
    expect(runs).toBe(10)
    await cache.clear()
    await calls()
    expect(runs).toBe(14)
  })

  it('has at most maxSize entries, and lets the least recently used go', async () => {
    const { cache } = cacheOf()
    const ran: string[] = []
    const one = cache.memoize(
      (id: string) => {
        ran.push(id)
        return id
      },
      { name: 'one', maxSize: 2 },
    )
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) {
      await one(id)
      // Nobody waits for what leaves.
      await new Promise(setImmediate)
    }
    expect(ran).toEqual(['a', 'b', 'c', 'b'])
    expect(one.info()).toMatchObject({ size: 2, maxSize: 2 })
  })

  it('tells calls apart by key alone when there is one', async () => {
    const { cache } = cacheOf()
    class User {
      readonly id: number
      constructor(id: number) {
        this.id = id
      }
    }
    const name = cache.memoize((user: User) => `user ${user.id}`, { name: 'name', key: (user) => user.id })
    expect(await name(new User(1))).toBe('user 1')
    expect(await name(new User(1))).toBe('user 1')
    expect(name.info()).toMatchObject({ hits: 1, misses: 1 })
    const broken = cache.memoize((id: string) => id, { name: 'broken', key: () => undefined })
    await expect(broken('a')).rejects.toMatchObject({ code: 'FOREBAY_INVALID_RESULT' })
    const throwing = cache.memoize((id: string) => id, {
      name: 'throwing',
      key: () => {
        throw new Error('no key')
      },
    })
    await expect(throwing('a')).rejects.toThrow('no key')
  })

  it.each([
    [{ ttl: 'soon' }, 'FOREBAY_INVALID_OPTION'],
    [{ name: '' }, 'FOREBAY_INVALID_OPTION'],
    [{ key: 'id' }, 'FOREBAY_INVALID_OPTION'],
    [{ maxSize: 0 }, 'FOREBAY_INVALID_OPTION'],
    [{ maxsize: 2 }, 'FOREBAY_UNKNOWN_OPTION'],
  ])('refuses %j', (options, code) => {
    const { cache } = cacheOf()
    const memoize = () => cache.memoize((id: string) => id, { name: 'one', ...(options as object) })
    expect(memoize).toThrow(expect.objectContaining({ code }))
    expect(() => cache.memoize('no function' as never)).toThrow(/Accepted: a function/)
  })
})
