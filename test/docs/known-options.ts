/** What every door of the packages accepts, asked of the doors themselves: their refusals list it. */
import Fastify, { type FastifyPluginAsync } from 'fastify'
import {
  compressed,
  createCache,
  createConcurrencyLimiter,
  createRateLimiter,
  createResponseCache,
  ForebayError,
  json,
  memoryBackend,
  tieredBackend,
  writeBehind,
  writeThrough,
} from '../../packages/core/src/index.ts'
import { diskBackend } from '../../packages/disk/src/index.ts'
import * as express from '../../packages/express/src/index.ts'
import * as fastify from '../../packages/fastify/src/index.ts'
import { redisBackend } from '../../packages/redis/src/index.ts'

/** A call with these options, which are wrong on purpose. */
export type Door = (options: object) => unknown

const cache = createCache({ namespace: 'docs' })
const untyped = (call: (options: never) => unknown): Door => call as Door

function plugin(of: unknown): Door {
  return async (options) => {
    const app = Fastify()
    try {
      await app.register(of as FastifyPluginAsync, options)
    } finally {
      await app.close()
    }
  }
}

export const doors: Readonly<Record<string, Door>> = {
  rateLimit: untyped(express.rateLimit),
  'rateLimit in Fastify': plugin(fastify.rateLimit),
  createRateLimiter: untyped(createRateLimiter),
  update: (changes) => createRateLimiter({ limit: 1, window: '1m' }).update(changes),
  policies: (policy) => untyped(express.rateLimit)({ policies: [policy] }),
  delay: (delay) => untyped(express.rateLimit)({ delay: { after: 1, by: 1, max: 1, ...delay } }),
  escalate: (escalate) => untyped(express.rateLimit)({ escalate: { factor: 1, max: 1, ...escalate } }),
  concurrencyLimit: untyped(express.concurrencyLimit),
  'concurrencyLimit in Fastify': plugin(fastify.concurrencyLimit),
  createConcurrencyLimiter: untyped(createConcurrencyLimiter),
  responseCache: untyped(express.responseCache),
  'responseCache in Fastify': plugin(fastify.responseCache),
  createResponseCache: untyped(createResponseCache),
  key: (key) => untyped(createResponseCache)({ key }),
  createCache: untyped(createCache),
  getOrLoad: (options) => cache.getOrLoad('key', () => 1, options),
  set: (options) => cache.set('key', 1, options),
  touch: (options) => cache.touch('key', options),
  memoize: (options) => cache.memoize(() => 1, options),
  compressed: (options) => compressed(json, options),
  memoryBackend: untyped(memoryBackend),
  tieredBackend: untyped(tieredBackend),
  diskBackend: (options) => untyped(diskBackend)({ path: '.cache/never-opened', ...options }),
  redisBackend: (options) => redisBackend('redis://127.0.0.1:1', options),
  writeThrough: (options) => writeThrough(cache, () => {}, options),
  writeBehind: (options) => untyped((given) => writeBehind(cache, given))(options),
}

/** Every option that a door names when it is given one that does not exist. */
export async function optionsOf(door: string): Promise<string[]> {
  const { code, message } = await refusalOf(door, { 'no such option': 1 })
  const list = /Known options: (?<names>.+)\.$/.exec(message)?.groups?.['names']
  if (code !== 'FOREBAY_UNKNOWN_OPTION' || list === undefined) throw new Error(`${door}: ${message}`)
  return list.split(', ')
}

/** The words that an option accepts, such as `sliding-window`; none where it accepts something else. */
export async function wordsOf(door: string, option: string): Promise<string[]> {
  const { message } = await refusalOf(door, { [option]: Symbol('nonsense') })
  const accepted = message.split('Accepted: ')[1] ?? ''
  return [...accepted.matchAll(/"([^"]+)"/g)].map(([, word]) => word ?? '')
}

async function refusalOf(door: string, options: object): Promise<ForebayError> {
  try {
    await doors[door]?.(options)
  } catch (error) {
    if (error instanceof ForebayError) return error
    throw error
  }
  throw new Error(`${door} accepted ${Object.keys(options).join(', ')}`)
}
