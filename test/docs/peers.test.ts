/** Before and after: what the migration pages say is the same is the same, and what they say differs does. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import express, { type RequestHandler } from 'express'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import Koa, { type Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import * as ofExpress from '@forebay/express'
import * as ofFastify from '@forebay/fastify'
import * as ofKoa from '@forebay/koa'
import { listen } from '../harness/koa-server.ts'
import { root } from './code-blocks.ts'

// The other libraries belong to the benchmark.
const fromBench = createRequire(join(root, 'bench/package.json'))
const { rateLimit: theirExpress } = fromBench('express-rate-limit') as {
  rateLimit(options: object): RequestHandler
}
const theirFastify = fromBench('@fastify/rate-limit') as FastifyPluginAsync
const theirKoa = fromBench('koa-ratelimit') as (options: object) => Middleware

interface Answer {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  readonly body: string
}

async function ask(url: string, times: number): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let time = 0; time < times; time++) {
    const response = await fetch(url)
    const fields = [...response.headers].filter(([name]) => /ratelimit|retry-after|content-type/.test(name))
    answers.push({ status: response.status, fields: Object.fromEntries(fields), body: await response.text() })
  }
  return answers
}

async function inExpress(limiter: RequestHandler): Promise<Answer[]> {
  const app = express()
    .use(limiter)
    .get('/', (_req, res) => void res.send('ok'))
  await using server = await listen(app)
  return await ask(server.url, 3)
}

async function inFastify(plugin: unknown, options: object, path = '/'): Promise<Answer[]> {
  const app = Fastify()
  await app.register(plugin as FastifyPluginAsync, options)
  app.get('/', async () => 'ok')
  const answers: Answer[] = []
  for (let time = 0; time < 3; time++) {
    const { statusCode, headers, body } = await app.inject(path)
    answers.push({ status: statusCode, fields: headers as Record<string, string>, body })
  }
  await app.close()
  return answers
}

async function inKoa(limiter: Middleware): Promise<Answer[]> {
  const app = new Koa().use(limiter).use((ctx) => void (ctx.body = 'ok'))
  await using server = await listen(app.callback())
  return await ask(server.url, 3)
}

/** Without what is said to differ: names and keys of a policy, spaces, the type of the content; instants by the minute. */
function comparable({ status, fields }: Answer): unknown {
  const { 'content-type': _, ...others } = fields
  const told = Object.entries(others).map(([name, value]) => {
    const plain = value.replaceAll(/"[^"]*"|; pk=:[^:]*:|\s/g, '')
    // Some seconds may pass between the two.
    return [name, plain.replaceAll(/\b\d{10}\b/g, 'instant').replaceAll(/\b(?:5\d|60)\b/g, 'minute')]
  })
  return { status, fields: Object.fromEntries(told) as unknown }
}

const theirs = { windowMs: 60_000, limit: 2, validate: false }
const ours = { window: '1m', limit: 2 } as const

describe('from express-rate-limit', () => {
  it.each<[string, object, object]>([
    ['the old fields', {}, {}],
    ['draft 6', { standardHeaders: true, legacyHeaders: false }, { headers: 'draft-6' }],
    ['draft 7', { standardHeaders: 'draft-7', legacyHeaders: false }, { headers: 'draft-7' }],
    ['draft 8', { standardHeaders: 'draft-8', legacyHeaders: false }, { headers: 'draft-8' }],
    ['two families', { standardHeaders: 'draft-6' }, { headers: ['legacy', 'draft-6'] }],
    ['another status', { statusCode: 420 }, { status: 420 }],
    ['who is skipped', { skip: () => true }, { skip: () => true }],
    ['successes', { skipFailedRequests: true }, { count: 'successful' }],
    ['a key', { keyGenerator: () => 'k' }, { key: () => 'k' }],
  ])('answers alike: %s', async (_what, before, after) => {
    const old = await inExpress(theirExpress({ ...theirs, ...before }))
    const now = await inExpress(ofExpress.rateLimit({ ...ours, ...after }))
    expect(now.map(comparable)).toEqual(old.map(comparable))
  })

  it('tells without fields only how long to wait, which was not told', async () => {
    const old = await inExpress(theirExpress({ ...theirs, legacyHeaders: false }))
    const now = await inExpress(ofExpress.rateLimit({ ...ours, headers: false }))
    expect(old[2]?.fields).not.toHaveProperty('retry-after')
    expect(now[2]?.fields).not.toHaveProperty('x-ratelimit-limit')
    expect(now[2]?.fields).toHaveProperty('retry-after')
  })

  it('says what it is told to say, as text/plain', async () => {
    const old = await inExpress(theirExpress({ ...theirs, limit: 0, message: 'slowly' }))
    const now = await inExpress(ofExpress.rateLimit({ ...ours, limit: 0, body: 'slowly' }))
    expect(now.map(({ status, body }) => [status, body])).toEqual(
      old.map(({ status, body }) => [status, body]),
    )
    expect(old[0]?.fields['content-type']).toMatch(/^text\/html/)
    expect(now[0]?.fields['content-type']).toMatch(/^text\/plain/)
  })
})

describe('from @fastify/rate-limit', () => {
  const before = { max: 2, timeWindow: '1 minute' }

  it('denies alike, and tells an instant where seconds were told', async () => {
    const old = await inFastify(theirFastify, before)
    const now = await inFastify(ofFastify.rateLimit, ours)
    expect(now.map(({ status }) => status)).toEqual(old.map(({ status }) => status))
    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining']) {
      expect(now.map(({ fields }) => String(fields[name]))).toEqual(
        old.map(({ fields }) => String(fields[name])),
      )
    }
    expect(Number(old[0]?.fields['x-ratelimit-reset'])).toBeLessThan(61)
    expect(Number(now[0]?.fields['x-ratelimit-reset'])).toBeGreaterThan(1_700_000_000)
  })

  it('counts what there is no route for', async () => {
    const old = await inFastify(theirFastify, before, '/nowhere')
    const now = await inFastify(ofFastify.rateLimit, ours, '/nowhere')
    expect(old.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(now.map(({ status }) => status)).toEqual([404, 404, 429])
  })
})

describe('from koa-ratelimit', () => {
  const before = (): object => ({ driver: 'memory', db: new Map(), duration: 60_000, max: 2 })

  it('denies alike, with whole seconds', async () => {
    const old = await inKoa(theirKoa(before()))
    const now = await inKoa(ofKoa.rateLimit(ours))
    const told = ({ status, fields }: Answer): unknown => [
      status,
      fields['x-ratelimit-limit'],
      fields['x-ratelimit-remaining'],
    ]
    expect(now.map(told)).toEqual(old.map(told))
    expect(now[2]?.fields['x-ratelimit-reset']).toMatch(/^\d{10}$/)
  })

  it('neither counts nor tells whom it skips', async () => {
    const old = await inKoa(theirKoa({ ...before(), id: () => false }))
    const now = await inKoa(ofKoa.rateLimit({ ...ours, key: () => undefined, missingKey: 'skip' }))
    expect(now.map(comparable)).toEqual(old.map(comparable))
  })
})
