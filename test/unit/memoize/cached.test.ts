/** Methods that are memoized by a decorator, as TypeScript compiles it. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cached, memoryBackend } from '@forebay/core'
import type * as Decorated from './decorated.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
let folder = ''
let decorated: typeof Decorated

beforeAll(async () => {
  await mkdir(join(root, '.cache'), { recursive: true })
  folder = await mkdtemp(join(root, '.cache/decorated-'))
  const options = '--ignoreConfig --noCheck --target es2023 --module nodenext --types node --outDir'.split(
    ' ',
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const source = join(root, 'test/unit/memoize/decorated.ts')
  await promisify(execFile)(process.execPath, [tsc, source, ...options, folder], { cwd: root })
  decorated = (await import(pathToFileURL(join(folder, 'decorated.js')).href)) as typeof Decorated
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('@cached', () => {
  it('runs a method once for the same arguments', async () => {
    const { Prices, ran } = decorated
    const prices = new Prices(2)
    ran.times = 0
    expect([await prices.price(3), await prices.price(3), await prices.price(4)]).toEqual([6, 6, 8])
    expect(ran.times).toBe(2)
  })

  it('needs no cache', async () => {
    const { Prices, ran } = decorated
    const [one, other] = [new Prices(2), new Prices(3)]
    ran.times = 0
    expect([await one.plain(1), await one.plain(1), await other.plain(1)]).toEqual([2, 2, 3])
    expect(ran.times).toBe(2)
  })

  it('never gives one instance what belongs to another', async () => {
    const { Prices, ran } = decorated
    const [one, other] = [new Prices(2), new Prices(5)]
    expect([await one.price(3), await other.price(3), await one.price(3)]).toEqual([6, 15, 6])
    expect([await one.hidden(1), await other.hidden(1)]).toEqual([3 + ran.times, 6 + ran.times])
  })

  it('shares entries where key says what tells calls apart, with the instance as this', async () => {
    const { Prices, ran } = decorated
    ran.times = 0
    const [one, other, south] = [new Prices(1), new Prices(2), new Prices(1, 'south')]
    expect([await one.inRegion(1), await other.inRegion(1), await south.inRegion(1)]).toEqual([
      'north 1',
      'north 1',
      'south 1',
    ])
    expect(ran.times).toBe(2)
  })

  it('keeps apart a method and the one that it overrides', async () => {
    const { DoublePrices } = decorated
    const prices = new DoublePrices(3)
    expect([await prices.price(1), await prices.price(1)]).toEqual([6, 6])
  })

  it('caches static methods', async () => {
    const { Prices } = decorated
    const first = await Prices.count()
    expect(await Prices.count()).toBe(first)
  })

  it('keeps instances of other processes out on a shared backend', async () => {
    const { shopOn } = decorated
    const backend = { ...memoryBackend(), shared: true }
    expect([await shopOn(backend, 2).price(1), await shopOn(backend, 3).price(1)]).toEqual([2, 3])
  })

  it('refuses what is no method, what is no cache, and unknown options', () => {
    const { cache } = decorated
    const field = (): void => {
      cached({ cache })(async () => 1, { kind: 'field' } as never)
    }
    expect(field).toThrow(/@cached: "field" is not accepted/)
    expect(() => cached({ cache })(async () => 1, undefined as never)).toThrow(/standard decorators/)
    const context = { kind: 'method', name: 'load' } as never
    expect(() => cached({ cache: {} as never })(async () => 1, context)).toThrow(/what createCache returns/)
    expect(() => cached({ cache, tll: '1s' } as never)(async () => 1, context)).toThrow(/Did you mean 'ttl'/)
  })

  it('refuses a call on nothing, unless key is given', async () => {
    const { cache } = decorated
    const free = cached({ cache })(async (id: number) => id, { kind: 'method', name: 'free' } as never)
    await expect(free.call(undefined as never, 1)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_ARGUMENT' })
  })
})
