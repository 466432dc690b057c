/** Two nodes of one app with near memory on one Redis: what one caches or purges, the other serves or forgets. */
import { createResponseCache, type ResponseCache, type TieredBackend } from '@forebay/core'
import type { AdapterHarness, NeutralReply, RunningApp } from '@forebay/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../packages/testing/src/adapter/wire.ts'
import { frameworks } from '../parity/frameworks.ts'
import { expectNoCommands } from '../redis/command-stats.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'
import { redisNodes } from '../tiers/redis-nodes.ts'

interface Node {
  readonly backend: TieredBackend
  readonly cache: ResponseCache
  readonly app: RunningApp
}

let redis: RedisNode
let nodes: readonly Node[] = []
let runs = 0

beforeAll(async () => {
  redis = await startRedisNode()
})

afterEach(async () => {
  for (const { app, backend } of nodes) {
    await app.close()
    await backend.close()
  }
  nodes = []
})

afterAll(() => redis.stop())

const logger = { warn: () => undefined, error: () => undefined }

async function start(harness: AdapterHarness): Promise<readonly [Node, Node]> {
  runs = 0
  const tags = harness.lift((request) => [`product:${request.params['id']}`])
  const handle = (): NeutralReply => ({ body: { kind: 'text', text: `run ${++runs}` } })
  const backends = await redisNodes(redis, 2)
  nodes = await Promise.all(
    backends.map(async (backend) => {
      const responseCache = { backend, logger, ttl: '5m', timeout: '5s', tags }
      const path = '/products/:id'
      const app = await harness.start({
        routes: [
          { method: 'GET', path, responseCache, handle },
          { method: 'PUT', path, responseCache, handle: () => ({ status: 200, body: { kind: 'empty' } }) },
        ],
      })
      return { backend, app, cache: createResponseCache({ backend, logger }) }
    }),
  )
  return nodes as [Node, Node]
}

interface Answer {
  readonly text: string
  readonly said: string
}

/** Both nodes are asked for the same URL: they stand behind one name. */
async function get({ app }: Node, path = '/products/1', method = 'GET'): Promise<Answer> {
  const { text, fields } = await ask(`${app.url}${path}`, { method, fields: { host: 'shop.example' } })
  return { text, said: String(fields['cache-status']) }
}

/** Answers from near memory, without the far tier. */
function nearHits({ backend }: Node): number {
  return backend.entries.stats().nearHits
}

/** Has run 1 near on both nodes. */
async function warm(both: readonly Node[]): Promise<void> {
  for (const node of both) {
    const before = nearHits(node)
    await until('a near hit', async () => {
      const { text, said } = await get(node)
      expect(text).toBe('run 1')
      return said.startsWith('forebay; hit') && nearHits(node) > before
    })
  }
}

describe.each(frameworks)('$name', (harness) => {
  it('runs the handler once for both, and answers from near memory without a command', async () => {
    const both = await start(harness)
    await warm(both)
    expect(runs).toBe(1)
    await expectNoCommands(redis, both.length, async () => {
      for (let time = 0; time < 50; time++) {
        for (const node of both) expect(await get(node)).toMatchObject({ text: 'run 1' })
      }
    })
  })

  const purges: readonly (readonly [string, (node: Node) => Promise<unknown>])[] = [
    ['tag', ({ cache }) => cache.invalidateTags('product:1')],
    ['route', ({ cache }) => cache.invalidateRoute('GET /products/:id')],
    ['prefix', ({ cache }) => cache.invalidatePrefix('/products/')],
    ['everything', ({ cache }) => cache.clear()],
    ['an unsafe request', (node) => get(node, '/products/1', 'PUT')],
  ]

  it.each(purges)('forgets on both nodes what one purges: %s', async (_what, purge) => {
    const [one, other] = await start(harness)
    await warm([one, other])
    await purge(one)
    await until('the purge', async () => (await get(other)).text === 'run 2')
    // Replaced: the first node has no part in making it.
    await until('the new one', async () => (await get(one)).text === 'run 2')
    expect((await get(one)).said).toMatch(/^forebay; hit/)
    expect(runs).toBe(2)
  })
})
