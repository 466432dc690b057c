/** A single Redis server that dies, hangs, forgets or fills up. */
import { Redis } from 'ioredis'
import { test } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { expressHarnesses } from '../harness/express.ts'
import { fastifyHarness } from '../harness/fastify.ts'
import { koaHarnesses } from '../harness/koa.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { lasting, quiet, suffer, type Fault, type Scene } from './fault.ts'

const [express] = expressHarnesses
const [koa] = koaHarnesses
const slow = 120_000

interface Hurting {
  hurt(node: RedisNode): Promise<unknown> | void
  /** Returns the node that is there from then on, if it is another one. */
  mend?(node: RedisNode): Promise<unknown> | void
}

/** A server of its own; `restart` brings it back, empty, at the same port. */
async function onOneServer({ hurt, mend }: Hurting): Promise<Scene> {
  let node = await startRedisNode()
  const { port } = node
  return {
    backend: redisBackend(`redis://127.0.0.1:${port}`, { logger: quiet }),
    hurt: async () => void (await hurt(node)),
    mend: async () => {
      const next = await mend?.(node)
      if (typeof next === 'object' && next !== null && 'port' in next) {
        await node.stop()
        node = next as RedisNode
      }
    },
    answers: async () => (await node.command('PING')) === 'PONG',
    stop: () => node.stop(),
  }
}

const restart = (node: RedisNode): Promise<RedisNode> => startRedisNode({ port: node.port })

const killed: Omit<Fault, 'harness'> = {
  name: 'killed (SIGKILL), restarted empty',
  lastsMs: lasting(4_000, 600),
  // What was counted is lost with the server.
  quotas: 3,
  scene: () => onOneServer({ hurt: (node) => node.kill(), mend: restart }),
}

const hung: Omit<Fault, 'harness'> = {
  name: 'hung (SIGSTOP)',
  lastsMs: lasting(5_000, 1_200),
  scene: () => onOneServer({ hurt: (node) => node.pause(), mend: (node) => node.resume() }),
}

const serverFaults: readonly Omit<Fault, 'harness'>[] = [
  {
    name: 'scripts flushed, again and again',
    lastsMs: lasting(3_000, 400),
    breaks: false,
    scene: () => {
      let timer: NodeJS.Timeout | undefined
      return onOneServer({
        hurt: (node) => {
          timer = setInterval(() => void node.command('SCRIPT', 'FLUSH').catch(() => {}), 20)
        },
        mend: () => clearInterval(timer),
      })
    },
  },
  {
    name: 'read-only (a replica without its master)',
    lastsMs: lasting(3_000, 600),
    scene: () =>
      onOneServer({
        hurt: (node) => node.command('REPLICAOF', '127.0.0.1', '1'),
        mend: (node) => void node.command('REPLICAOF', 'NO', 'ONE').catch(() => {}),
      }),
  },
  {
    name: 'out of memory (maxmemory, noeviction)',
    lastsMs: lasting(3_000, 600),
    scene: () =>
      onOneServer({
        hurt: (node) => node.command('CONFIG', 'SET', 'maxmemory', '1'),
        mend: (node) => void node.command('CONFIG', 'SET', 'maxmemory', '0').catch(() => {}),
      }),
  },
  {
    name: 'emptied (FLUSHALL)',
    lastsMs: lasting(2_000, 300),
    breaks: false,
    quotas: 3,
    scene: () => onOneServer({ hurt: (node) => node.command('FLUSHALL') }),
  },
  {
    name: 'garbage in every key',
    lastsMs: lasting(3_000, 600),
    breaks: false,
    quotas: 3,
    scene: () =>
      onOneServer({
        hurt: async (node) => {
          for (const key of (await node.command('KEYS', '*')) as string[]) {
            await node.command('SET', key, 'garbage', 'PX', '2000')
          }
        },
      }),
  },
  {
    name: 'the clock of this machine set an hour forth and back',
    lastsMs: lasting(3_000, 600),
    breaks: false,
    scene: () => {
      const { now } = Date
      let timer: NodeJS.Timeout | undefined
      let turn = 0
      return onOneServer({
        hurt: () => {
          timer = setInterval(() => {
            const byMs = [3_600_000, -3_600_000, 0][turn++ % 3] ?? 0
            Date.now = () => now() + byMs
          }, 50)
        },
        mend: () => {
          clearInterval(timer)
          Date.now = now
        },
      })
    },
  },
  {
    name: 'absent at the start',
    lastsMs: lasting(3_000, 500),
    fromTheStart: true,
    scene: () => onOneServer({ hurt: (node) => node.kill(), mend: restart }),
  },
  {
    name: 'wrong password at the start',
    lastsMs: lasting(2_000, 500),
    fromTheStart: true,
    scene: async () => {
      const node = await startRedisNode()
      return {
        backend: redisBackend(`redis://:right@127.0.0.1:${node.port}`, { logger: quiet }),
        hurt: async () => void (await node.command('CONFIG', 'SET', 'requirepass', 'other')),
        mend: async () => {
          const client = new Redis(node.port, '127.0.0.1', { password: 'other' })
          await client.config('SET', 'requirepass', 'right')
          client.disconnect()
        },
        answers: async () => true,
        stop: () => node.stop(),
      }
    },
  },
]

for (const harness of [express!, fastifyHarness, koa!]) {
  test(`killed, ${harness.name}`, { timeout: slow }, () => suffer({ ...killed, harness }))
  test(`hung, ${harness.name}`, { timeout: slow }, () => suffer({ ...hung, harness }))
}

for (const fault of serverFaults) {
  test(fault.name, { timeout: slow }, () => suffer({ ...fault, harness: express! }))
}
