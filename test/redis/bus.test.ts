/** The bus on one server: what it tells, under which names, and on how many connections. */
import { Redis } from 'ioredis'
import { Redis as Redis6 } from 'ioredis6'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  redisBackend,
  type RedisBackend,
  type RedisClient,
  type RedisConnectionOptions,
} from '@forebay/redis'
import { channelOf } from '../../packages/redis/src/bus/channels.ts'
import { listenTo, standing } from './bus-listener.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let node: RedisNode
const closing: (() => unknown)[] = []

beforeAll(async () => {
  node = await startRedisNode()
})

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()))
})

afterAll(() => node.stop())

const at = (): string => `redis://127.0.0.1:${node.port}`

function open(prefix: string, options: Partial<RedisConnectionOptions> = {}): RedisBackend {
  const backend = redisBackend(at(), { prefix, ...options })
  closing.push(() => backend.close())
  return backend
}

const connections = async (): Promise<number> => {
  const clients = String(await node.command('CLIENT', 'LIST'))
  return [...clients.matchAll(/name=forebay-bus /g)].length
}

/** Texts that a store may fold, cut or take for its own. */
const hostile = [
  '',
  ' ',
  'a',
  'A',
  'a:b',
  'a b',
  '~a',
  '*',
  '{a}',
  'é',
  'e\u0301',
  '\ud800',
  '\udc00',
  'x\0',
  'x'.repeat(200),
]

describe('the bus', () => {
  it('opens a connection with the first subscription and ends it with the last', async () => {
    const { bus } = open(ownPrefix())
    await until('the connections of others to end', async () => (await connections()) === 0)
    await bus.publish('a', 'nobody hears it')
    expect(await connections()).toBe(0)
    const [first, second] = [listenTo(bus, 'a'), listenTo(bus, 'b')]
    await Promise.all([standing(bus, 'a'), standing(bus, 'b')])
    expect(await connections()).toBe(1)
    first.undo()
    first.undo()
    expect(await connections()).toBe(1)
    second.undo()
    await until('the connection to end', async () => (await connections()) === 0)
    const again = listenTo(bus, 'a')
    await standing(bus, 'a')
    expect(await connections()).toBe(1)
    again.undo()
  })

  it('hears no topic that was left before it was heard', async () => {
    const prefix = ownPrefix()
    const { bus } = open(prefix)
    const stays = listenTo(bus, 'stays')
    await standing(bus, 'stays')
    listenTo(bus, 'leaves').undo()
    const again = listenTo(bus, 'comes back')
    again.undo()
    const back = listenTo(bus, 'comes back')
    await standing(bus, 'comes back')
    const subscribers = await node.command(
      'PUBSUB',
      'NUMSUB',
      ...['stays', 'leaves', 'comes back'].map((topic) => channelOf(prefix, 0, topic)),
    )
    expect((subscribers as readonly unknown[]).filter((_, index) => index % 2 === 1)).toEqual([1, 0, 1])
    for (const { undo } of [stays, back]) undo()
  })

  it('tells one gap when a subscription stands, and none while nothing is missed', async () => {
    const prefix = ownPrefix()
    const [here, there] = [open(prefix), open(prefix)]
    const heard = listenTo(there.bus, 'topic')
    expect(heard.gaps()).toBe(0)
    await standing(there.bus, 'topic')
    const later = listenTo(there.bus, 'topic')
    await until('a gap', () => later.gaps() === 1)
    const own = listenTo(here.bus, 'topic')
    await standing(here.bus, 'topic')
    // Own messages count, though they are not heard.
    for (const [bus, message] of [
      [here.bus, '1'],
      [there.bus, '2'],
      [here.bus, '3'],
      [here.bus, '4'],
    ] as const) {
      await bus.publish('topic', message)
    }
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(heard.messages).toEqual(['1', '3', '4'])
    expect(own.messages).toEqual(['2'])
    expect([heard.gaps(), later.gaps(), own.gaps()]).toEqual([1, 1, 1])
  })

  it('keeps every topic apart, and every message as it is', async () => {
    const prefix = ownPrefix()
    const [here, there] = [open(prefix), open(prefix)]
    const heard = hostile.map((topic) => listenTo(there.bus, topic))
    await Promise.all(hostile.map((topic) => standing(there.bus, topic)))
    await Promise.all(hostile.map(async (topic, index) => here.bus.publish(topic, `${index}`)))
    for (const message of hostile) await here.bus.publish('a', message)
    const own = hostile.map((_, index) => [`${index}`])
    own[hostile.indexOf('a')]?.push(...hostile)
    await until('all messages', () => heard.reduce((sum, { messages }) => sum + messages.length, 0) === 30)
    expect(heard.map(({ messages }) => messages)).toEqual(own)
  })

  it('keeps databases apart', async () => {
    const prefix = ownPrefix()
    const open2 = (): RedisBackend => open(prefix, { db: 2 })
    const [first, here, there] = [open(prefix), open2(), open2()]
    const heard = [listenTo(first.bus, 'topic'), listenTo(there.bus, 'topic')] as const
    await Promise.all([standing(first.bus, 'topic'), standing(there.bus, 'topic')])
    await here.bus.publish('topic', 'in 2')
    await there.bus.publish('topic', 'in 2 as well')
    await until('the message', () => heard[1].messages.length > 0)
    await node.command('PUBLISH', `${prefix}{bus}2:topic`, 'from outside')
    await until('the message', () => heard[1].messages.length > 1)
    expect(heard.map(({ messages }) => messages)).toEqual([[], ['in 2', 'from outside']])
    expect(heard.map(({ gaps }) => gaps())).toEqual([1, 1])
  })

  it('takes what any program publishes', async () => {
    const prefix = ownPrefix()
    const { bus } = open(prefix)
    const heard = listenTo(bus, 'invalidate')
    await standing(bus, 'invalidate')
    const gaps = heard.gaps()
    const message = '{"namespace":"user","tags":["team:7"]}'
    const channel = `${prefix}{bus}:invalidate`
    expect(await node.command('PUBLISH', channel, message)).toBe(1)
    await node.command('PUBLISH', channel, '["forebay-bus",1,"not one of ours"')
    await until('the messages', () => heard.messages.length === 2)
    expect(heard.messages).toEqual([message, '["forebay-bus",1,"not one of ours"'])
    expect(heard.gaps()).toBe(gaps)
  })

  it('tells on where somebody wrote something else in place of a counter', async () => {
    const prefix = ownPrefix()
    const [here, there] = [open(prefix, { timeout: '5s' }), open(prefix)]
    const heard = listenTo(there.bus, 'topic')
    await standing(there.bus, 'topic')
    await node.command('RPUSH', `${prefix}{bus}n:topic`, 'x')
    await here.bus.publish('topic', 'told')
    await until('the message', () => heard.messages.includes('told'))
    expect(Number(await node.command('PTTL', `${prefix}{bus}n:topic`))).toBeGreaterThan(0)
  })

  it('leaves nothing without an end, and nothing beside its prefix', async () => {
    await node.command('FLUSHALL')
    const prefix = ownPrefix()
    const { bus, locks } = open(prefix)
    for (const topic of hostile) await bus.publish(topic, 'message')
    const lease = await locks.acquire('key', 60_000)
    await lease?.renew(90_000)
    await (await locks.acquire('places', 60_000, 3))?.release()
    const keys = (await node.command('KEYS', '*')) as readonly string[]
    expect(keys).toHaveLength(hostile.length + 2)
    for (const key of keys) {
      expect(key.startsWith(prefix)).toBe(true)
      expect(await node.command('PTTL', key)).toBeGreaterThan(0)
    }
  })

  it('is reported once where the server refuses, and heard once it does not any more', async () => {
    const prefix = ownPrefix()
    await node.command('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', 'resetchannels', '+@all')
    const warnings: unknown[][] = []
    const logger = { warn: (...words: unknown[]) => warnings.push(words), error: () => undefined }
    const deaf = open(prefix, { username: 'deaf', password: 'secret', logger })
    const heard = listenTo(deaf.bus, 'topic')
    await until('gaps', () => heard.gaps() > 2)
    expect(deaf.bus.isLive?.('topic')).toBe(false)
    expect(warnings).toHaveLength(1)
    expect(String(warnings[0]?.[0])).toContain(`${prefix}{bus}:topic`)
    await expect(deaf.bus.publish('topic', 'message')).rejects.toThrow(/channel/)
    await node.command('ACL', 'SETUSER', 'deaf', `&${prefix}*`)
    await standing(deaf.bus, 'topic')
    expect(warnings).toHaveLength(1)
    heard.undo()
  })

  const clients: readonly [string, (port: number) => RedisClient][] = [
    ['ioredis 5', (port) => new Redis({ port, keyPrefix: 'own:' })],
    ['ioredis 6', (port) => new Redis6({ port, keyPrefix: 'own:' })],
  ]
  it.each(clients)('uses a client of %s for what it says, and one like it to hear', async (_, make) => {
    const prefix = ownPrefix()
    const client = make(node.port)
    closing.push(() => client.disconnect())
    const backend = redisBackend(client, { prefix })
    const other = open(prefix)
    const [heard, elsewhere] = [listenTo(backend.bus, 'topic'), listenTo(other.bus, 'topic')]
    await Promise.all([standing(backend.bus, 'topic'), standing(other.bus, 'topic')])
    await other.bus.publish('topic', 'from the other')
    await backend.bus.publish('topic', 'from this one')
    await until('both', () => heard.messages.length + elsewhere.messages.length === 2)
    await backend.close()
    expect(await client.callBuffer('PING', [])).toEqual(Buffer.from('PONG'))
    await until('its connection to end', async () => (await connections()) === 1)
  })
})
