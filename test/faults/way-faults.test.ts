/** A Redis server that is well, and a way to it that is not. */
import dns from 'node:dns'
import { test } from 'vitest'
import { redisBackend } from '@forebay/redis'
import { expressHarnesses } from '../harness/express.ts'
import { fastifyHarness } from '../harness/fastify.ts'
import { koaHarnesses } from '../harness/koa.ts'
import { makeCertificate } from '../redis/certificate.ts'
import { startRedisNode } from '../redis/redis-node.ts'
import { startTlsFront } from '../redis/tls-front.ts'
import { lasting, quiet, suffer, type Fault, type Scene } from './fault.ts'
import { startMoodyProxy, type Mood, type MoodyProxy } from './moody-proxy.ts'

const [express] = expressHarnesses
const [koa] = koaHarnesses
const slow = 120_000

/** @param breaks whether connections are broken when it begins and ends. */
async function throughAProxy(mood: Mood, breaks: boolean = false): Promise<Scene> {
  const node = await startRedisNode()
  const proxy = await startMoodyProxy(node.port)
  const become = (next: Mood): void => {
    proxy.become(next)
    if (breaks) proxy.breakAll()
  }
  return {
    backend: redisBackend(`redis://127.0.0.1:${proxy.port}`, { logger: quiet }),
    hurt: () => become(mood),
    mend: () => become({ kind: 'fair' }),
    answers: async () => (await node.command('PING')) === 'PONG',
    stop: async () => {
      await proxy.stop()
      await node.stop()
    },
  }
}

const slowly: Omit<Fault, 'harness'> = {
  name: 'answers 500 ms late',
  lastsMs: lasting(4_000, 900),
  scene: () => throughAProxy({ kind: 'slow', delayMs: 500 }),
}

const faults: readonly Omit<Fault, 'harness'>[] = [
  {
    name: 'connections cut within every answer',
    lastsMs: lasting(3_000, 500),
    scene: () => throughAProxy({ kind: 'cutting' }),
  },
  {
    name: 'answers that are no Redis protocol',
    lastsMs: lasting(3_000, 500),
    scene: () => throughAProxy({ kind: 'garbage', bytes: 'HTTP/1.1 400 Bad Request\r\n\r\n' }),
  },
  {
    name: 'answers of another kind (+OK)',
    lastsMs: lasting(3_000, 500),
    scene: () => throughAProxy({ kind: 'answering', reply: '+OK\r\n' }, true),
  },
  {
    name: 'answers of another kind (lists)',
    lastsMs: lasting(3_000, 500),
    scene: () => throughAProxy({ kind: 'answering', reply: '*2\r\n:1\r\n$-1\r\n' }, true),
  },
  {
    name: 'LOADING',
    lastsMs: lasting(3_000, 500),
    scene: () =>
      throughAProxy(
        { kind: 'answering', reply: '-LOADING Redis is loading the dataset in memory\r\n' },
        true,
      ),
  },
  {
    name: 'a way that swallows everything',
    lastsMs: lasting(4_000, 900),
    scene: () => throughAProxy({ kind: 'silent' }),
  },
  {
    name: 'an unknown host name at the start',
    lastsMs: lasting(2_000, 500),
    fromTheStart: true,
    scene: async () => {
      const node = await startRedisNode()
      const original = dns.lookup
      const known = (host: string): boolean => host !== 'redis.test'
      const restore = (): void => void (dns.lookup = original)
      return {
        backend: redisBackend(`redis://redis.test:${node.port}`, { logger: quiet }),
        hurt: () => {
          dns.lookup = lookupOf(original, known)
        },
        mend: () => {
          dns.lookup = lookupOf(original, () => true)
        },
        answers: async () => true,
        stop: async () => {
          restore()
          await node.stop()
        },
      }
    },
  },
  {
    name: 'a certificate of somebody else at the start',
    lastsMs: lasting(2_000, 500),
    fromTheStart: true,
    scene: async () => {
      const node = await startRedisNode()
      const [right, wrong] = [makeCertificate(), makeCertificate()]
      const fronts = await Promise.all(
        [right, wrong].map((certificate) => startTlsFront(() => node.port, certificate)),
      )
      const [rightPort, wrongPort] = fronts.map(({ port }) => port)
      const proxy: MoodyProxy = await startMoodyProxy(wrongPort ?? 0)
      return {
        backend: redisBackend({
          url: `rediss://localhost:${proxy.port}`,
          tls: { ca: right.cert },
          logger: quiet,
        }),
        hurt: () => {},
        mend: () => proxy.pointTo(rightPort ?? 0),
        answers: async () => true,
        stop: async () => {
          await proxy.stop()
          await Promise.all(fronts.map((front) => front.stop()))
          await node.stop()
        },
      }
    },
  },
]

/** `redis.test` is this machine for those who are told so. */
function lookupOf(original: typeof dns.lookup, knows: (host: string) => boolean): typeof dns.lookup {
  const lookup = (
    host: string,
    options: unknown,
    callback: (error: Error | null, ...found: unknown[]) => void,
  ): void => {
    if (!knows(host)) {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
      process.nextTick(callback, error)
    } else Reflect.apply(original, dns, [host === 'redis.test' ? '127.0.0.1' : host, options, callback])
  }
  return lookup as typeof dns.lookup
}

for (const harness of [express!, fastifyHarness, koa!]) {
  test(`answers 500 ms late, ${harness.name}`, { timeout: slow }, () => suffer({ ...slowly, harness }))
}

for (const fault of faults) {
  test(fault.name, { timeout: slow }, () => suffer({ ...fault, harness: express! }))
}
