/** A purge that Redis does not hear of takes effect on all nodes as soon as it does; a closed one says that it did not. */
import { expect, test } from 'vitest'
import { createResponseCache, type ResponseCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { expressHarnesses } from '../harness/express.ts'
import { startRedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'
import { quiet } from './fault.ts'
import { startMoodyProxy, type Mood } from './moody-proxy.ts'

const [express] = expressHarnesses

interface Node {
  readonly cache: ResponseCache
  readonly backend: RedisBackend
  get(): Promise<string>
  stop(): Promise<void>
}

async function startNode(port: number, show: () => string): Promise<Node> {
  const backend = redisBackend(`redis://127.0.0.1:${port}`, { logger: quiet })
  const cache = createResponseCache({ ttl: '1m', backend, logger: quiet, tags: ['page'] })
  const app = await express!.start({
    responseCache: { cache },
    routes: [{ method: 'GET', path: '/page', handle: () => ({ body: { kind: 'text', text: show() } }) }],
  })
  return {
    cache,
    backend,
    get: async () => (await fetch(`${app.url}/page`)).text(),
    stop: async () => {
      await app.close()
      await cache.close()
      await backend.close()
    },
  }
}

const moods: readonly (readonly [string, Mood, breaks: boolean])[] = [
  ['does not reach it', { kind: 'silent' }, false],
  [
    'is refused',
    { kind: 'answering', reply: '-READONLY You can not write against a read only replica.\r\n' },
    true,
  ],
  ['is lost with its connection', { kind: 'cutting' }, false],
]

test.each(moods)('a purge that %s', { timeout: 60_000 }, async (_, mood, breaks) => {
  const server = await startRedisNode()
  const proxy = await startMoodyProxy(server.port)
  let version = 'old'
  const cutOff = await startNode(proxy.port, () => version)
  const other = await startNode(server.port, () => version)
  try {
    await until('both nodes to serve what is stored', async () => {
      await Promise.all([cutOff.get(), other.get()])
      return cutOff.cache.stats().hits > 1 && other.cache.stats().hits > 1
    })
    version = 'new'
    expect([await cutOff.get(), await other.get()]).toEqual(['old', 'old'])
    proxy.become(mood)
    if (breaks) proxy.breakAll()
    await expect(cutOff.cache.invalidateTags('page')).rejects.toMatchObject({ code: 'FOREBAY_UNAVAILABLE' })
    // In the process that purged it holds at once, whatever Redis knows.
    expect(await cutOff.get()).toBe('new')
    proxy.become({ kind: 'fair' })
    if (breaks) proxy.breakAll()
    await until('the purge to reach the other node', async () => (await other.get()) === 'new')
    await until('the cache to be used again', async () => {
      expect(await cutOff.get()).toBe('new')
      const { hits } = cutOff.cache.stats()
      await cutOff.get()
      return cutOff.cache.stats().hits > hits
    })
  } finally {
    await Promise.all([cutOff.stop(), other.stop()])
    await proxy.stop()
    await server.stop()
  }
})
