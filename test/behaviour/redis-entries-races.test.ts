/** Making, purging and reading at once, from several nodes with connections of their own: the purge wins. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheStore, Mark } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import { startRedisCluster, type RedisCluster } from '../redis/redis-cluster.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'

const prefix = 'races:'
const scope = scopeNamed('races')
const keys = ['a', 'b', 'c']
const purges = 60

/** Purges one after the other, and meanwhile makers and readers who never rest. */
class Race {
  readonly #backends: readonly RedisBackend[]
  readonly #marks: readonly (readonly Mark[])[] = [
    [{ type: 'label', label: 'tag' }],
    [{ type: 'prefix', prefix: '/a' }],
    [{ type: 'all' }],
  ]
  #begun = 0
  #completed = 0
  #isOver = false
  found = 0
  readonly revived: string[] = []

  constructor(backends: readonly RedisBackend[]) {
    this.#backends = backends
  }

  async run(): Promise<void> {
    const others = this.#backends.flatMap(({ entries, clock }) => [
      this.#make(entries, () => clock.now()),
      this.#read(entries),
    ])
    for (let time = 0; time < purges; time++) {
      const { entries } = this.#backends[time % this.#backends.length]!
      this.#begun++
      await entries.mark(scope, this.#marks[time % this.#marks.length] ?? [], { soft: false })
      this.#completed++
      // Now at once, now when something was stored again and found.
      const before = this.found
      if (time % 2 === 0) await until('something to be found', () => this.found > before + 2)
    }
    this.#isOver = true
    await Promise.all(others)
  }

  async #make(entries: CacheStore, now: () => number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const stamp = await entries.stamp(scope)
      // Every purge that is begun from here on outruns it.
      const value = this.#begun
      if (turn % 3 === 0) await new Promise(setImmediate)
      const times = { storedAt: now(), staleAt: now() + 50_000, deleteAt: now() + 60_000 }
      const entry = { value, bytes: 10, stamp, labels: ['tag'], path: '/a/b', ...times }
      const key = keys[turn % keys.length] ?? ''
      await entries.set(scope, key, entry)
      if (turn % 5 === 0) await entries.touch(scope, key, times)
    }
  }

  async #read(entries: CacheStore): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const completed = this.#completed
      const found = turn % 2 === 0 ? await entries.getMany(scope, keys) : new Map()
      for (const key of keys) {
        const one = turn % 2 === 0 ? found.get(key) : await entries.get(scope, key)
        if (one === undefined) continue
        this.found++
        const { value } = one.entry as { value: number }
        if (value < completed)
          this.revived.push(`${key} was begun before purge ${value + 1}, found after ${completed}`)
      }
    }
  }
}

describe.each(['a server', 'a Cluster'])('on %s', (where) => {
  let server: RedisNode | RedisCluster
  let ports: readonly number[]

  beforeAll(async () => {
    if (where === 'a server') {
      const node = await startRedisNode()
      server = node
      ports = [node.port]
    } else {
      const cluster = await startRedisCluster()
      server = cluster
      ports = cluster.nodes.map(({ port }) => port)
    }
  }, 30_000)

  afterAll(() => server.stop())

  it('nobody finds what was begun before a purge, once that is done; and nothing is left without an end', async () => {
    const options = { prefix, timeout: '5s' } as const
    const cluster = ports.map((port) => `127.0.0.1:${port}`)
    const backends = Array.from({ length: 3 }, () =>
      ports.length === 1
        ? redisBackend(`redis://${cluster[0]}`, options)
        : redisBackend({ cluster, ...options }),
    )
    // The first that any of them is asked: everybody at once.
    const first = await Promise.all(
      Array.from({ length: 300 }, async (_, index) =>
        backends[index % 3]?.entries.get(scope, `key ${index}`),
      ),
    )
    expect(new Set(first)).toEqual(new Set([undefined]))
    const race = new Race(backends)
    await race.run()
    expect(race.revived).toEqual([])
    expect(race.found).toBeGreaterThan(purges)
    await Promise.all(backends.map((backend) => backend.close()))
    let seen = 0
    for (const port of ports) {
      const redis = new Redis(port)
      for (const key of await redis.keys('*')) {
        seen++
        expect(key.startsWith(prefix)).toBe(true)
        expect(await redis.pttl(key)).toBeGreaterThan(0)
      }
      redis.disconnect()
    }
    expect(seen).toBeGreaterThan(1)
  })
})
