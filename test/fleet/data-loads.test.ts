/** Loads of the data cache on many nodes: the loader runs once, and everybody is given what it loaded. */
import { createCache, type CreateCacheOptions, type DataCache } from '@forebay/core'
import { expect, it } from 'vitest'
import { quiet } from './held-fleet.ts'
import { simulatedFar, type FarNode, type SimulatedFar } from './simulated-far.ts'

interface LoadingNode extends FarNode {
  readonly cache: DataCache<string>
}

interface LoadingFleet {
  readonly far: SimulatedFar
  readonly nodes: readonly LoadingNode[]
  /** Loads that wait for their value, in order. */
  readonly waiting: {
    readonly node: LoadingNode
    readonly end: (value: string | Error | undefined) => void
  }[]
  runs: number
  ask(each: number): Promise<unknown>[]
  pass(ms: number): Promise<void>
}

function loadingFleet(size: number, options: CreateCacheOptions<string> = {}): LoadingFleet {
  const far = simulatedFar()
  const logger = { warn: () => undefined, error: () => undefined }
  const nodes = Array.from({ length: size }, (): LoadingNode => {
    const node = far.node()
    const { backend } = node
    return { ...node, cache: createCache<string>({ ttl: '1m', jitter: 0, backend, logger, ...options }) }
  })
  const load = (node: LoadingNode): Promise<string | undefined> => {
    fleet.runs++
    return new Promise((resolve, reject) => {
      const end = (value: string | Error | undefined): void =>
        value instanceof Error ? reject(value) : resolve(value)
      fleet.waiting.push({ node, end })
    })
  }
  const fleet: LoadingFleet = {
    far,
    nodes,
    waiting: [],
    runs: 0,
    ask: (each) =>
      nodes.flatMap((node) =>
        Array.from({ length: each }, () => node.cache.getOrLoad('key', () => load(node))),
      ),
    async pass(ms) {
      for (let left = ms; left > 0; left -= 50) {
        far.clock.advance(Math.min(50, left))
        await quiet()
      }
    },
  }
  return fleet
}

it('runs the loader once for all', async () => {
  const fleet = loadingFleet(4)
  const answers = fleet.ask(20)
  await quiet()
  expect(fleet.runs).toBe(1)
  fleet.waiting[0]?.end('value')
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']))
  expect(fleet.runs).toBe(1)
  expect(fleet.nodes.reduce((sum, { cache }) => sum + cache.stats().loads, 0)).toBe(1)
  expect(fleet.nodes.reduce((sum, { cache }) => sum + cache.stats().collapsed, 0)).toBe(79)
})

it('runs it anew elsewhere when its node dies', async () => {
  const fleet = loadingFleet(3)
  const answers = fleet.ask(5)
  await quiet()
  const [holder] = fleet.waiting
  holder?.node.cutOff()
  await fleet.pass(10_000)
  expect(fleet.runs).toBe(2)
  fleet.waiting[1]?.end('heir’s')
  await quiet()
  holder?.end('late')
  await fleet.pass(200)
  const all = await Promise.all(answers)
  expect(all.filter((value) => value === 'heir’s')).toHaveLength(10)
  expect(all.filter((value) => value === 'late')).toHaveLength(5)
  // What was made earlier does not take the place of what was made later.
  holder?.node.reconnect()
  for (const { cache } of fleet.nodes.filter((node) => node !== holder?.node)) {
    expect(await cache.get('key')).toBe('heir’s')
  }
})

it('tells every node its own failure, at once and without a queue', async () => {
  const fleet = loadingFleet(3)
  const answers = fleet.ask(4)
  const settled = Promise.allSettled(answers)
  await quiet()
  fleet.waiting[0]?.end(new Error('down'))
  await quiet()
  expect(fleet.runs).toBe(3)
  for (const { end } of fleet.waiting) end(new Error('down'))
  expect((await settled).every(({ status }) => status === 'rejected')).toBe(true)
})

it('does not queue for values that are not stored', async () => {
  const fleet = loadingFleet(3, { ttl: () => 0 })
  const first = fleet.ask(2)
  await quiet()
  fleet.waiting[0]?.end('a')
  await quiet()
  expect(fleet.runs).toBe(3)
  for (const { end } of fleet.waiting) end('a')
  await Promise.all(first)
  const again = fleet.ask(2)
  await quiet()
  expect(fleet.runs).toBe(6)
  for (const { end } of fleet.waiting) end('b')
  expect(new Set(await Promise.all(again))).toEqual(new Set(['b']))
})

it('loads what is stale once behind it, in the whole fleet', async () => {
  const fleet = loadingFleet(3, { ttl: '10s', staleWhileRevalidate: '1h' })
  const first = fleet.ask(1)
  await quiet()
  fleet.waiting[0]?.end('old')
  await Promise.all(first)
  await fleet.pass(11_000)
  for (let time = 0; time < 3; time++) {
    expect(new Set(await Promise.all(fleet.ask(2)))).toEqual(new Set(['old']))
    await fleet.pass(1_000)
    expect(fleet.runs).toBe(2)
  }
  fleet.waiting[1]?.end('new')
  await quiet()
  expect(new Set(await Promise.all(fleet.ask(2)))).toEqual(new Set(['new']))
  expect(fleet.runs).toBe(2)
})

it('gives nobody what was deleted while it was loaded', async () => {
  const fleet = loadingFleet(2)
  const [first] = fleet.ask(1)
  await quiet()
  await fleet.nodes[1]?.cache.delete('key')
  const after = fleet.nodes[1]?.cache.getOrLoad('key', () => 'new')
  await quiet()
  fleet.waiting[0]?.end('old')
  expect(await first).toBe('old')
  await fleet.pass(500)
  expect(await after).toBe('new')
  expect(await fleet.nodes[0]?.cache.get('key')).toBe('new')
})

it('gives what was deleted elsewhere while it was loaded only to who asked within a second of its begin', async () => {
  const fleet = loadingFleet(2)
  const [first] = fleet.ask(1)
  await quiet()
  const [beside] = fleet.ask(1)
  await fleet.pass(1_100)
  await fleet.nodes[1]?.cache.delete('key')
  const later = fleet.ask(1).slice(0, 1)
  await quiet()
  fleet.waiting[0]?.end('old')
  expect(await Promise.all([first, beside])).toEqual(['old', 'old'])
  await fleet.pass(100)
  for (const { end } of fleet.waiting) end('new')
  await fleet.pass(500)
  for (const { end } of fleet.waiting) end('new')
  expect(await Promise.all(later)).toEqual(['new'])
})

it('waits for a loader that hangs no longer than 30 s', async () => {
  const fleet = loadingFleet(2)
  const answers = fleet.ask(1)
  await quiet()
  await fleet.pass(29_900)
  expect(fleet.runs).toBe(1)
  await fleet.pass(200)
  expect(fleet.runs).toBe(2)
  fleet.waiting[1]?.end('own')
  expect(await Promise.race(answers)).toBe('own')
})

it('goes on alone when locks fail', async () => {
  const fleet = loadingFleet(2)
  for (const { links } of fleet.nodes) links.locks = 'failing'
  const answers = fleet.ask(3)
  await quiet()
  expect(fleet.runs).toBe(2)
  for (const { end } of fleet.waiting) end('value')
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']))
})
