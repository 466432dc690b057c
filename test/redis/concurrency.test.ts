/** What runs at once on several nodes of one Redis: no more than `max` together, whoever dies, leaves or is not answered. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { fastify } from 'fastify'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createConcurrencyLimiter, type ConcurrencyLimiter } from '@forebay/core'
import { concurrencyLimit as inExpress } from '@forebay/express'
import { concurrencyLimit as inFastify } from '@forebay/fastify'
import { concurrencyLimit as inKoa } from '@forebay/koa'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { buildPackages } from '../built-packages.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

const silent = { warn: () => undefined, error: () => undefined }

const holder = `
  const { createConcurrencyLimiter } = await import('@forebay/core')
  const { redisBackend } = await import('@forebay/redis')
  const [, url, prefix] = process.argv
  const backend = redisBackend(url, { prefix })
  // Connected: what is asked first would wait for that.
  while (!(await backend.health()).ok) continue
  const limiter = createConcurrencyLimiter({ max: 2, backend })
  await Promise.all([limiter.acquire(), limiter.acquire()])
  console.log('held')
`

interface Listening {
  readonly url: string
  close(): Promise<unknown>
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const listening = async (server: Server): Promise<Listening> => {
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { url: urlOf(server), close }
}

/** Apps that run one request at once over all nodes, and never answer `/held`. */
const apps: Readonly<Record<string, (backend: RedisBackend) => Promise<Listening>>> = {
  Express: (backend) =>
    listening(
      express()
        .use(inExpress({ max: 1, backend, logger: silent }))
        .get('/held', () => undefined)
        .get('/', (_req, res) => void res.send('x'))
        .listen(0, '127.0.0.1'),
    ),
  Koa: (backend) =>
    listening(
      new Koa()
        .use(inKoa({ max: 1, backend, logger: silent }))
        .use(async (ctx) => {
          if (ctx.path === '/held') await new Promise(() => undefined)
          ctx.body = 'x'
        })
        .listen(0, '127.0.0.1'),
    ),
  Fastify: async (backend) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(inFastify, { max: 1, backend, logger: silent })
    app.get('/held', () => new Promise(() => undefined))
    app.get('/', async () => 'x')
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { url: urlOf(app.server), close: () => app.close() }
  },
}

let node: RedisNode
const backends: RedisBackend[] = []

beforeAll(async () => {
  await buildPackages()
  node = await startRedisNode()
}, 120_000)

afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.close()))
  await node.stop()
})

function open(prefix: string, { port }: { readonly port: number } = node): RedisBackend {
  const backend = redisBackend(`redis://127.0.0.1:${port}`, { prefix, logger: silent })
  backends.push(backend)
  return backend
}

/** Connected: what is asked first would wait for that. */
async function opened(prefix: string): Promise<RedisBackend> {
  const backend = open(prefix)
  await until('a connection', async () => (await backend.health()).ok)
  return backend
}

describe.concurrent('nodes on one Redis', () => {
  it('run no more than max together, and everybody gets a turn', async ({ expect: told }) => {
    const prefix = ownPrefix()
    const nodes = await Promise.all([opened(prefix), opened(prefix), opened(prefix)])
    let running = 0
    let most = 0
    let unanswered = 0
    const logger = { warn: () => undefined, error: () => unanswered++ }
    const run = async (limiter: ConcurrencyLimiter): Promise<void> => {
      const permit = await limiter.acquire()
      if (permit === undefined) throw new Error('refused')
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      permit.release()
    }
    const limiters = nodes.map((backend) =>
      createConcurrencyLimiter({ max: 4, queue: 100, timeout: '15s', backend, logger }),
    )
    await Promise.all(limiters.flatMap((limiter) => Array.from({ length: 40 }, () => run(limiter))))
    // A machine that is too busy to answer in time leaves each node its own bound.
    told(most).toBeLessThanOrEqual(unanswered === 0 ? 4 : 12)
    told(limiters.map((limiter) => limiter.stats())).toEqual(
      limiters.map(() => ({ running: 0, waiting: 0, granted: 40, refused: 0 })),
    )
  })

  it(
    'have the permits of a process that was killed, once its leases are over',
    { timeout: 60_000 },
    async ({ expect: told }) => {
      const prefix = ownPrefix()
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', holder, `redis://127.0.0.1:${node.port}`, prefix],
        { cwd: fileURLToPath(new URL('../../', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
      )
      await once(child.stdout, 'data')
      const limiter = createConcurrencyLimiter({
        max: 2,
        queue: 2,
        timeout: '20s',
        backend: await opened(prefix),
      })
      const waiting = Promise.all([limiter.acquire(), limiter.acquire()])
      await until('both to wait', () => limiter.stats().waiting === 2)
      child.kill('SIGKILL')
      told(await waiting).toEqual([told.anything(), told.anything()])
    },
  )

  it.each(Object.entries(apps))('give a permit back when a client of %s leaves', async (_, listen) => {
    const prefix = ownPrefix()
    const here = await listen(await opened(prefix))
    const there = await listen(await opened(prefix))
    const status = async ({ url }: Listening): Promise<number> => (await fetch(`${url}/`)).status
    const held = request(`${here.url}/held`, { agent: false })
    held.on('error', () => undefined).end()
    await until('the permit to be taken', async () => (await status(there)) === 503)
    held.destroy()
    await until('the permit to be free', async () => (await status(there)) === 200)
    await until('and free again', async () => (await status(here)) === 200)
    await Promise.all([here.close(), there.close()])
  })
})

describe('a node whose Redis does not answer', () => {
  it('counts by itself, at once, and with the others again when it does', async () => {
    await using own = await startRedisNode()
    const prefix = ownPrefix()
    const limiters = [open(prefix, own), open(prefix, own)].map((backend) =>
      createConcurrencyLimiter({ max: 2, backend, logger: silent }),
    )
    const [here, there] = limiters as [ConcurrencyLimiter, ConcurrencyLimiter]
    own.pause()
    const permits = await Promise.all([here.acquire(), here.acquire(), here.acquire(), there.acquire()])
    expect(permits.filter((permit) => permit !== undefined)).toHaveLength(3)
    for (let time = 0; time < 10; time++) (await there.acquire())?.release()
    own.resume()
    // What runs already takes its leases then.
    await until('the bound to hold for both', async () => {
      const permit = await there.acquire()
      permit?.release()
      return permit === undefined
    })
    for (const permit of permits) permit?.release()
    await until('a permit to be free', async () => (await here.acquire()) !== undefined)
  })
})
