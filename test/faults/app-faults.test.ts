/** Handlers, clients, listeners and option functions that fail, while Redis comes and goes. */
import { request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createRateLimiter, createResponseCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import type { AdapterHarness, NeutralRoute } from '@forebay/testing'
import { expressHarnesses } from '../harness/express.ts'
import { fastifyHarness } from '../harness/fastify.ts'
import { koaHarnesses } from '../harness/koa.ts'
import { startRedisNode } from '../redis/redis-node.ts'
import { until } from '../redis/until.ts'
import { lasting, quiet } from './fault.ts'
import { startMoodyProxy, type MoodyProxy } from './moody-proxy.ts'

const harnesses: readonly AdapterHarness[] = [expressHarnesses[0]!, fastifyHarness, koaHarnesses[0]!]
const undo: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** Redis behind a proxy that goes silent, breaks and mends in turn, until the test is over. */
async function comingAndGoing(): Promise<{ proxy: MoodyProxy; backend: RedisBackend }> {
  const node = await startRedisNode()
  undo.push(() => node.stop())
  const proxy = await startMoodyProxy(node.port)
  undo.push(() => proxy.stop())
  const backend = redisBackend(`redis://127.0.0.1:${proxy.port}`, { logger: quiet })
  undo.push(() => backend.close())
  let turn = 0
  const timer = setInterval(() => {
    turn++
    if (turn % 4 === 3) proxy.breakAll()
    else proxy.become(turn % 4 === 1 ? { kind: 'silent' } : { kind: 'fair' })
  }, 200)
  undo.push(async () => clearInterval(timer))
  return { proxy, backend }
}

async function unhandledDuring(task: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    await task()
    await wait(50)
  } finally {
    process.off('unhandledRejection', note)
  }
  return unhandled
}

interface Answer {
  readonly status: number | undefined
  readonly body: string
  readonly isWhole: boolean
}

/** @param leaveAfterMs when the client hangs up. */
function ask(url: string, leaveAfterMs?: number): Promise<Answer> {
  return new Promise((resolve) => {
    let status: number | undefined
    let body = ''
    const asked = request(url, { agent: false }, (response) => {
      status = response.statusCode
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('error', () => {})
      response.on('close', () => resolve({ status, body, isWhole: response.complete }))
    })
    asked.on('error', () => resolve({ status, body, isWhole: false }))
    asked.end()
    if (leaveAfterMs !== undefined) setTimeout(() => asked.destroy(), leaveAfterMs)
  })
}

const whole = (page: string): string => `whole ${page} ${'.'.repeat(5_000)}`

/** What each page does is drawn anew for every run: now and then it fails in one way or another. */
function moodyRoutes(faults: () => string): readonly NeutralRoute[] {
  return [
    {
      method: 'GET',
      path: '/page/:id',
      async handle({ params }) {
        const text = whole(params['id'] ?? '')
        const bytes = Buffer.from(text)
        const half = [bytes.subarray(0, 2_000)]
        switch (faults()) {
          case 'throws':
            return { body: { kind: 'throw', message: 'a bug' } }
          case 'fails mid-body':
            return { body: { kind: 'failing-stream', chunks: half } }
          case 'is slow':
            await wait(60)
            return { body: { kind: 'buffer', bytes } }
          case 'says 503':
            return { status: 503, body: { kind: 'text', text: 'not now' } }
          case 'streams':
            return { body: { kind: 'stream', chunks: [bytes.subarray(0, 2_000), bytes.subarray(2_000)] } }
          default:
            return { body: { kind: 'text', text } }
        }
      },
    },
  ]
}

const kinds = ['throws', 'fails mid-body', 'is slow', 'says 503', 'streams', 'is well', 'is well']

test.each(harnesses)(
  '$name: handlers that fail and clients that leave never spoil what others get',
  {
    timeout: 60_000,
  },
  async (harness) => {
    const { backend } = await comingAndGoing()
    const limiter = createRateLimiter({ limit: 100_000, window: '1m', backend, logger: quiet })
    const cache = createResponseCache({
      ttl: '150ms',
      staleWhileRevalidate: '300ms',
      jitter: 0,
      backend,
      logger: quiet,
    })
    let isWell = false
    const app = await harness.start({
      rateLimit: { limiter },
      responseCache: { cache },
      routes: moodyRoutes(() => (isWell ? 'is well' : kinds[Math.floor(Math.random() * kinds.length)]!)),
    })
    const wrong: Answer[] = []
    const statuses = new Map<number | undefined, number>()
    const client = async (endsAt: number): Promise<void> => {
      while (performance.now() < endsAt) {
        const page = String(Math.floor(Math.random() * 8))
        const leaves = Math.random() < 0.2
        const answer = await ask(`${app.url}/page/${page}`, leaves ? Math.random() * 20 : undefined)
        if (leaves) continue
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        const isRight = answer.status === 200 ? answer.body === whole(page) : true
        // A body that broke off is seen to be broken by its reader; a whole one is right.
        if (answer.isWhole && !isRight) wrong.push(answer)
      }
    }
    const unhandled = await unhandledDuring(async () => {
      do {
        const end = performance.now() + lasting(8_000, 1_200)
        await Promise.all(Array.from({ length: 10 }, () => client(end)))
      } while ((statuses.get(200) ?? 0) < 20)
      isWell = true
      await wait(500)
      for (let page = 0; page < 8; page++) {
        await until(
          'every page to be whole again',
          async () => (await ask(`${app.url}/page/${page}`)).body === whole(`${page}`),
        )
      }
      await app.close()
      await cache.close()
    })
    expect(wrong).toEqual([])
    expect(unhandled).toEqual([])
    // Only what handlers themselves said: errors where they threw, and their own 503.
    expect([...statuses.keys()].filter((status) => ![200, 500, 503, undefined].includes(status))).toEqual([])
  },
)

test.each(harnesses)(
  '$name: listeners and option functions that throw or reject take nothing down',
  {
    timeout: 60_000,
  },
  async (harness) => {
    const { backend } = await comingAndGoing()
    const limiter = createRateLimiter({ limit: 100_000, window: '1m', backend, logger: quiet })
    const cache = createResponseCache({ ttl: '50ms', jitter: 0, backend, logger: quiet })
    const heard = new Set<string>()
    const misbehave = (event: string) => (): unknown => {
      heard.add(event)
      if (Math.random() < 0.5) throw new Error('a listener with a bug')
      return Promise.reject(new Error('a listener that rejects'))
    }
    for (const event of ['decision', 'backend-error', 'backend-recovered', 'error'] as const) {
      limiter.on(event, misbehave(`limiter ${event}`))
    }
    for (const event of [
      'hit',
      'miss',
      'stored',
      'refused',
      'backend-error',
      'backend-recovered',
      'error',
    ] as const) {
      cache.on(event, misbehave(`cache ${event}`))
    }
    const sometimes =
      <R>(value: R): (() => R) =>
      () => {
        if (Math.random() < 0.1) throw new Error('an option function with a bug')
        return value
      }
    const app = await harness.start({
      rateLimit: { limiter, key: harness.lift(sometimes('who')), skip: harness.lift(sometimes(false)) },
      responseCache: { cache, tags: harness.lift(sometimes(['tag'])), skip: harness.lift(sometimes(false)) },
      routes: moodyRoutes(() => 'is well'),
    })
    const expected = [
      'limiter decision',
      'limiter backend-error',
      'limiter backend-recovered',
      'cache stored',
      'cache hit',
    ]
    const statuses = new Set<number | undefined>()
    const unhandled = await unhandledDuring(async () => {
      const end = performance.now() + lasting(5_000, 900)
      const isOver = (): boolean => performance.now() > end && expected.every((event) => heard.has(event))
      const client = async (): Promise<void> => {
        while (!isOver() && performance.now() < end + 20_000) {
          const page = String(Math.floor(Math.random() * 8))
          const { status, body } = await ask(`${app.url}/page/${page}`)
          statuses.add(status)
          if (status === 200) expect(body).toBe(whole(page))
          await wait(2)
        }
      }
      await Promise.all(Array.from({ length: 8 }, client))
      await app.close()
      await cache.close()
    })
    expect(unhandled).toEqual([])
    // A limiter that cannot tell whose the request is denies it.
    expect(statuses).toEqual(new Set([200, 503]))
    for (const event of expected) expect(heard).toContain(event)
  },
)
