/** A key that is known to be denied is answered from memory, until it may be admitted again, whoever brought that about. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRateLimiter, type Bus, type RateLimiter } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'
import { until } from '../redis/until.ts'

let node: RedisNode
let backends: RedisBackend[] = []

beforeAll(async () => {
  node = await startRedisNode()
})

afterEach(async () => {
  await Promise.all(backends.map((backend) => backend.close()))
  backends = []
})

afterAll(() => node.stop())

interface Nodes {
  readonly here: RateLimiter
  readonly there: RateLimiter
}

function twoNodes(): Nodes {
  const prefix = ownPrefix()
  const limiter = (): RateLimiter => {
    const backend = redisBackend({ url: `redis://127.0.0.1:${node.port}`, prefix })
    backends.push(backend)
    return createRateLimiter({ limit: 1, window: '1h', backend, timeout: '5s' })
  }
  return { here: limiter(), there: limiter() }
}

async function isAllowed(limiter: RateLimiter, key: string = 'key'): Promise<boolean> {
  return (await limiter.consume(key)).allowed
}

async function scriptCalls(): Promise<number> {
  const stats = String(await node.command('INFO', 'commandstats'))
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  )
}

async function subscribed(): Promise<number> {
  const clients = String(await node.command('CLIENT', 'LIST'))
  return [...clients.matchAll(/name=forebay-bus /g)].length
}

/** `there` has the key denied, and believes that until it hears of a lift. */
async function deny({ here, there }: Nodes): Promise<void> {
  expect(await isAllowed(here)).toBe(true)
  expect(await isAllowed(there)).toBe(false)
  await standing(backends[1]?.bus)
}

/** What is noted from then on is believed for longer than the half second that nobody needs to vouch for. */
async function standing(bus: Bus | undefined): Promise<void> {
  await until('the bus to stand', () => bus?.isLive?.('denials') === true)
  await new Promise((resolve) => setTimeout(resolve, 550))
}

/** Answered without asking Redis. A machine that stands still for long makes a node ask once more. */
async function expectRemembered(limiter: RateLimiter): Promise<void> {
  await until('answers without a question', async () => {
    const before = await scriptCalls()
    for (let time = 0; time < 20; time++) expect(await isAllowed(limiter)).toBe(false)
    return (await scriptCalls()) === before
  })
}

describe('a denied key', () => {
  it('costs Redis nothing, and one question each before', async () => {
    const { here } = twoNodes()
    await here.consume('another key')
    const before = await scriptCalls()
    expect(await isAllowed(here)).toBe(true)
    expect(await isAllowed(here)).toBe(false)
    expect(await scriptCalls()).toBe(before + 2)
    await expectRemembered(here)
  })

  it('needs no second connection before there is one', async () => {
    const { here } = twoNodes()
    const before = await subscribed()
    expect(await isAllowed(here)).toBe(true)
    await here.reset('key')
    expect(await subscribed()).toBe(before)
    expect(await isAllowed(here)).toBe(true)
    expect(await isAllowed(here)).toBe(false)
    await until('a second connection', async () => (await subscribed()) === before + 1)
  })

  it.each<[string, (limiter: RateLimiter) => Promise<void>]>([
    ['a reset', async (limiter) => limiter.reset('key')],
    ['a refund', async (limiter) => limiter.refund('key', 1)],
  ])('is admitted after %s on another node', async (_, lift) => {
    const nodes = twoNodes()
    await deny(nodes)
    expect(await isAllowed(nodes.there)).toBe(false)
    await expectRemembered(nodes.there)
    await lift(nodes.here)
    await until('the key to be admitted', () => isAllowed(nodes.there))
  })

  it('is admitted after its block was lifted on another node', async () => {
    const nodes = twoNodes()
    await nodes.here.block('key', '1h')
    expect(await isAllowed(nodes.there)).toBe(false)
    await standing(backends[1]?.bus)
    expect(await isAllowed(nodes.there)).toBe(false)
    await expectRemembered(nodes.there)
    await nodes.here.unblock('key')
    await until('the key to be admitted', () => isAllowed(nodes.there))
  })

  it('is admitted after a reset that came while the bus was broken', async () => {
    const nodes = twoNodes()
    await deny(nodes)
    expect(await isAllowed(nodes.there)).toBe(false)
    await Promise.all([node.command('CLIENT', 'KILL', 'TYPE', 'pubsub'), nodes.here.reset('key')])
    await until('the key to be admitted', () => isAllowed(nodes.there))
  })
})
