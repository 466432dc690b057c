/** The bus when its way to Redis breaks: whoever listens is told, and hears again by itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bus } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { listenTo, standing, untilHeard, type Heard } from './bus-listener.ts'
import { freePort } from './free-port.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let node: RedisNode
let here: Bus
let there: Bus
let prefix: string
let backends: RedisBackend[] = []

const topic = 'topic'
const silent = { warn: () => undefined, error: () => undefined }

function open(port: number): Bus {
  const backend = redisBackend(`redis://127.0.0.1:${port}`, { prefix, logger: silent })
  backends.push(backend)
  return backend.bus
}

beforeEach(async () => {
  node = await startRedisNode()
  prefix = ownPrefix()
  here = open(node.port)
  there = open(node.port)
})

afterEach(async () => {
  await Promise.all(backends.map((backend) => backend.close()))
  backends = []
  await node.stop()
})

async function listening(): Promise<Heard> {
  const heard = listenTo(there, topic)
  await standing(there, topic)
  await here.publish(topic, 'first')
  await until('a message', () => heard.messages.length === 1)
  expect(heard.gaps()).toBe(1)
  return heard
}

describe('whoever listens hears of a gap, and then hears again,', () => {
  it('when the connection is cut', async () => {
    const heard = await listening()
    await node.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await until('a gap', () => heard.gaps() > 1)
    await untilHeard(here, heard, topic)
    expect(there.isLive?.(topic)).toBe(true)
  })

  it('when the server dies and comes back without its memory', async () => {
    const heard = await listening()
    await node.kill()
    await until('a gap', () => heard.gaps() > 1)
    expect(there.isLive?.(topic)).toBe(false)
    const before = heard.gaps()
    await until('another gap, as it lasts', () => heard.gaps() > before + 1)
    node = await startRedisNode({ port: node.port })
    await untilHeard(here, heard, topic)
  })

  it('when the server says nothing any more', async () => {
    const heard = await listening()
    node.pause()
    await until('a gap', () => heard.gaps() > 1)
    await until('nobody to vouch', () => there.isLive?.(topic) === false)
    node.resume()
    await untilHeard(here, heard, topic)
    await standing(there, topic)
  })

  it('when the counter is lost', async () => {
    const heard = await listening()
    await node.command('FLUSHALL')
    await here.publish(topic, 'second')
    await until('the message', () => heard.messages.includes('second'))
    expect(heard.gaps()).toBe(2)
    const third = heard.gaps()
    await here.publish(topic, 'third')
    await until('the message', () => heard.messages.includes('third'))
    expect(heard.gaps()).toBe(third)
  })

  it('when the counter is lost and nobody says anything', async () => {
    const heard = await listening()
    await node.command('FLUSHALL')
    await until('a gap', () => heard.gaps() === 2)
    await untilHeard(here, heard, topic)
    expect(heard.gaps()).toBe(2)
  })

  it('when a message was counted that never came', async () => {
    const heard = await listening()
    await node.command('INCR', `${prefix}{bus}n:${topic}`)
    await until('a gap', () => heard.gaps() > 1)
    await untilHeard(here, heard, topic)
  })

  it('when the next message tells that one is missing', async () => {
    const heard = await listening()
    await node.command('INCR', `${prefix}{bus}n:${topic}`)
    await here.publish(topic, 'second')
    await until('the message', () => heard.messages.includes('second'))
    expect(heard.gaps()).toBe(2)
  })

  it('when Redis came later than the subscription', async () => {
    const port = await freePort()
    const early = open(port)
    const heard = listenTo(early, topic)
    await until('gaps', () => heard.gaps() > 2)
    await using late = await startRedisNode({ port })
    expect(late.port).toBe(port)
    await untilHeard(open(port), heard, topic)
  })
})

describe('a server that keeps nothing', () => {
  const goesOn = async (heard: Heard): Promise<void> => {
    await here.publish(topic, 'third')
    await until('the messages', () => heard.messages.length === 3)
    expect(heard.messages).toEqual(['first', 'second', 'third'])
    expect(heard.gaps()).toBe(1)
  }

  it('for want of memory, tells all the same', async () => {
    const heard = await listening()
    await node.command('CONFIG', 'SET', 'maxmemory', '1')
    await expect(node.command('SET', 'key', 'value')).rejects.toThrow('OOM')
    await here.publish(topic, 'second')
    await node.command('CONFIG', 'SET', 'maxmemory', '0')
    await goesOn(heard)
  })

  it('for want of replicas, takes no message: nobody knows who would hear it', async () => {
    const heard = await listening()
    await node.command('CONFIG', 'SET', 'min-replicas-to-write', '1')
    await expect(here.publish(topic, 'not taken')).rejects.toThrow('NOREPLICAS')
    await node.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    await here.publish(topic, 'second')
    await goesOn(heard)
  })
})

describe('a bus without Redis', () => {
  it('says so to who publishes', async () => {
    await node.kill()
    await expect(here.publish(topic, 'message')).rejects.toThrow(/Redis/)
  })

  it('leaves nobody waiting when it is closed', async () => {
    const heard = await listening()
    node.pause()
    await until('a gap', () => heard.gaps() > 1)
    await Promise.all(backends.map((backend) => backend.close()))
    const { length } = heard.messages
    const gaps = heard.gaps()
    node.resume()
    await expect(here.publish(topic, 'message')).rejects.toMatchObject({ code: 'FOREBAY_CLOSED' })
    expect([heard.messages.length, heard.gaps()]).toEqual([length, gaps])
    expect(there.isLive?.(topic)).toBe(false)
  })
})
