/** What stays charged in Fastify once the outcome is known: of responses, errors and clients that leave. */
import { request } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { createRateLimiter, type RateLimiter } from '@forebay/core'
import { rateLimit, type RateLimitPluginOptions } from '@forebay/fastify'
import { serveFastify, type ListeningFastify } from '../harness/fastify-server.ts'
import { askWire } from '../harness/wire-answer.ts'

interface Counted extends ListeningFastify {
  readonly remaining: () => Promise<number>
}

async function counted(
  options: RateLimitPluginOptions,
  handle: (reply: FastifyReply, app: FastifyInstance) => unknown,
): Promise<Counted> {
  const limiter = createRateLimiter({ limit: 10, window: '1h' }) as RateLimiter
  const server = await serveFastify(async (app) => {
    await app.register(rateLimit, { ...options, limiter: limiter as never, key: () => 'k' })
    app.setErrorHandler((_error, _request, reply) => reply.code(502).send('sorry'))
    app.get('/', (_request, reply) => handle(reply, app))
  })
  return Object.assign(server, { remaining: async () => (await limiter.peek('k')).remaining })
}

/** A server whose only client has left it in the middle of a handler that never answers. */
async function leftBehind(options: RateLimitPluginOptions): Promise<Counted> {
  let arrived = (): void => undefined
  const arrival = new Promise<void>((resolve) => (arrived = resolve))
  const server = await counted(options, () => {
    arrived()
    return new Promise(() => undefined)
  })
  const outgoing = request(server.url, { agent: false }).on('error', () => undefined)
  outgoing.end()
  await arrival
  outgoing.destroy()
  return server
}

const produce: Readonly<Record<string, (reply: FastifyReply) => unknown>> = {
  success: () => 'x',
  failure: (reply) => reply.code(404).send('x'),
  'an error': () => Promise.reject(new Error('a bug')),
  'a raw failure': (reply) => {
    reply.hijack()
    reply.raw.writeHead(500).end()
  },
}

describe('count in Fastify', () => {
  it.each([
    ['all', 'success', 9],
    ['all', 'an error', 9],
    ['failed', 'success', 10],
    ['failed', 'failure', 9],
    ['failed', 'an error', 9],
    ['failed', 'a raw failure', 9],
    ['successful', 'success', 9],
    ['successful', 'failure', 10],
    ['successful', 'an error', 10],
    ['successful', 'a raw failure', 10],
  ] as const)('%s: after %s, %i are left', async (count, outcome, left) => {
    await using server = await counted({ count }, produce[outcome] ?? produce['success']!)
    await askWire(server.url)
    await vi.waitFor(async () => expect(await server.remaining()).toBe(left), { timeout: 20_000 })
  })

  it.each([
    ['failed', 9],
    ['successful', 10],
  ] as const)('%s: a client that leaves before its answer failed', async (count, left) => {
    await using server = await leftBehind({ count })
    await vi.waitFor(async () => expect(await server.remaining()).toBe(left), { timeout: 20_000 })
  })
})

describe('settle in Fastify', () => {
  it.each([
    ['an answer', produce['success'], 200],
    ['an error', produce['an error'], 502],
    ['a raw answer', produce['a raw failure'], 500],
  ] as const)('charges what it says after %s', async (_what, handle, status) => {
    const settle = vi.fn((_request: unknown, reply: FastifyReply) =>
      reply.raw.statusCode === status ? 4 : 1,
    )
    await using server = await counted({ settle }, handle ?? (() => 'x'))
    await askWire(server.url)
    await vi.waitFor(async () => expect(await server.remaining()).toBe(6), { timeout: 20_000 })
    expect(settle).toHaveBeenCalledTimes(1)
  })

  it('is asked once too when the client left', async () => {
    const settle = vi.fn(() => 3)
    await using server = await leftBehind({ settle })
    await vi.waitFor(async () => expect(await server.remaining()).toBe(7), { timeout: 20_000 })
    expect(settle).toHaveBeenCalledTimes(1)
  })
})
