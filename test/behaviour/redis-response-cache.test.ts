/** Two nodes of one app on one Redis, in every framework: what one has stored or purged, the other knows. */
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createResponseCache, type ErrorEvent, type ResponseCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import type { NeutralReply, NeutralRequest, RunningApp } from '@forebay/testing'
import { ask, type WireRequest, type WireResponse } from '../../packages/testing/src/adapter/wire.ts'
import { expressHarnesses } from '../harness/express.ts'
import { fastifyHarness } from '../harness/fastify.ts'
import { koaHarnesses } from '../harness/koa.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'
import { until } from '../redis/until.ts'

let server: RedisNode

beforeAll(async () => {
  server = await startRedisNode()
})

afterAll(() => server.stop())

interface AppNode {
  readonly running: RunningApp
  readonly cache: ResponseCache
  readonly backend: RedisBackend
  ask(path: string, wanted?: WireRequest): Promise<WireResponse>
}

/** Nodes are closed while their last responses are on the way to Redis. */
const silent = { warn: () => undefined, error: () => undefined }

const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))
const zipped = gzipSync('some text '.repeat(1_000))

const bodies: Readonly<Record<string, NeutralReply>> = {
  json: { body: { kind: 'json', value: { text: 'né 💧', list: [1, null] } } },
  text: { body: { kind: 'text', text: 'déjà vu 💧' } },
  buffer: { body: { kind: 'buffer', bytes } },
  stream: { body: { kind: 'stream', chunks: [bytes.subarray(0, 10), bytes.subarray(10)] } },
  empty: { body: { kind: 'text', text: '' } },
  nothing: { status: 204, fields: [['cache-control', 'max-age=60']], body: { kind: 'empty' } },
  gzip: { fields: [['content-encoding', 'gzip']], body: { kind: 'buffer', bytes: zipped } },
}

const harnesses = [expressHarnesses[0]!, fastifyHarness, koaHarnesses[0]!]

describe.each(harnesses)('$name', (harness) => {
  let nodes: readonly [AppNode, AppNode]
  let runs: number
  let prefix: string
  let handle: (request: NeutralRequest) => NeutralReply | Promise<NeutralReply>

  const start = async (): Promise<AppNode> => {
    const backend = redisBackend(`redis://127.0.0.1:${server.port}`, {
      prefix,
      timeout: '5s',
      compressAbove: 1_000,
    })
    const options = {
      ttl: '10m',
      jitter: 0,
      earlyRefresh: 0,
      staleWhileRevalidate: '1h',
      timeout: '5s',
    } as const
    const cache = createResponseCache({ ...options, backend, logger: silent })
    const running = await harness.start({
      responseCache: { cache },
      routes: ['/a', '/b/:id'].map((path) => ({
        method: 'GET',
        path,
        handle: (request) => {
          runs++
          return handle(request)
        },
      })),
    })
    return { running, cache, backend, ask: (path, wanted) => ask(`${running.url}${path}`, wanted) }
  }

  beforeEach(async () => {
    prefix = ownPrefix()
    nodes = [await start(), await start()]
    runs = 0
    handle = (request) => ({
      fields: [['cache-tag', 'tag']],
      body: { kind: 'text', text: `run ${runs} of ${request.url}` },
    })
  })

  afterEach(async () => {
    for (const { running, cache, backend } of nodes) {
      await running.close()
      await cache.close()
      await backend.close()
    }
  })

  /** Asked on the first node under a name that does not say which: stored when this resolves. */
  const fill = async (path: string, wanted: WireRequest = {}): Promise<WireResponse> => {
    const [first] = nodes
    const { stored } = first.cache.stats()
    const answer = await first.ask(path, withHost(wanted))
    await until('the response to be stored', () => first.cache.stats().stored > stored)
    return answer
  }
  const askOther = (path: string, wanted: WireRequest = {}): Promise<WireResponse> =>
    nodes[1].ask(path, withHost(wanted))

  it.each(Object.entries(bodies))(
    'serves what the other node has stored, byte by byte: %s',
    async (_name, reply) => {
      handle = () => ({ ...reply, fields: [...(reply.fields ?? []), ['x-handler', 'yes']] })
      const miss = await fill('/a')
      const hit = await askOther('/a')
      expect(hit.fields['cache-status']).toMatch(/^forebay; hit/)
      expect(hit.body.equals(miss.body)).toBe(true)
      expect(hit.complete).toBe(true)
      expect(handlersPart(hit)).toEqual(handlersPart(miss))
      expect(hit.fields['x-handler']).toBe('yes')
      expect(runs).toBe(1)
    },
  )

  it('keeps variants apart', async () => {
    handle = ({ headers }) => ({
      fields: [['vary', 'accept-language']],
      body: { kind: 'text', text: `in ${headers['accept-language']}` },
    })
    for (const language of ['de', 'fr']) await fill('/a', { fields: { 'accept-language': language } })
    for (const language of ['fr', 'de']) {
      const hit = await askOther('/a', { fields: { 'accept-language': language } })
      expect([hit.text, hit.fields['cache-status']]).toEqual([
        `in ${language}`,
        expect.stringMatching(/^forebay; hit/),
      ])
    }
    const other = await askOther('/a', { fields: { 'accept-language': 'it' } })
    expect([other.text, other.fields['cache-status']]).toEqual([
      'in it',
      expect.stringMatching(/fwd=vary-miss/),
    ])
    await nodes[1].cache.invalidateUrl('/a')
    const gone = await nodes[0].ask('/a', withHost({ fields: { 'accept-language': 'de' } }))
    expect(gone.fields['cache-status']).toMatch(/fwd=/)
  })

  it.each<[what: string, purge: (cache: ResponseCache) => Promise<void>]>([
    ['a tag', (cache) => cache.invalidateTags('tag')],
    ['a route', (cache) => cache.invalidateRoute('GET /b/:id')],
    ['a URL', (cache) => cache.invalidateUrl('/b/1')],
    ['a prefix', (cache) => cache.invalidatePrefix('/b/')],
    ['everything', (cache) => cache.clear()],
  ])('serves nothing that the other node has purged: %s', async (_what, purge) => {
    await fill('/b/1')
    expect((await askOther('/b/1')).text).toBe('run 1 of /b/1')
    await purge(nodes[1].cache)
    const [first] = nodes
    expect((await first.ask('/b/1', withHost())).text).toBe('run 2 of /b/1')
    await until('the new one to be served', async () => (await askOther('/b/1')).text === 'run 2 of /b/1')
  })

  it('does not store what was being made when the other node purged it', async () => {
    let finish = (): void => undefined
    const held = new Promise<void>((resolve) => {
      finish = resolve
    })
    handle = async () => {
      if (runs === 1) await held
      return { fields: [['cache-tag', 'tag']], body: { kind: 'text', text: `run ${runs}` } }
    }
    const [first, second] = nodes
    const early = first.ask('/a', withHost())
    await until('the handler to run', () => runs === 1)
    await second.cache.invalidateTags('tag')
    finish()
    expect((await early).complete).toBe(true)
    const next = await askOther('/a')
    expect(next.fields['cache-status']).toMatch(/fwd=/)
    expect(runs).toBe(2)
  })

  it('answers with what is stale at once, and refreshes it for both', async () => {
    await fill('/a')
    await nodes[1].cache.invalidateTags('tag', { soft: true })
    const stale = await nodes[0].ask('/a', withHost())
    expect(stale.text).toBe('run 1 of /a')
    expect(stale.fields['cache-status']).toMatch(/stale-while-revalidate/)
    await until('the fresh one on both nodes', async () => {
      const answers = await Promise.all(nodes.map((node) => node.ask('/a', withHost())))
      return answers.every(
        ({ text, fields }) => text === 'run 2 of /a' && /; hit; ttl=\d/.test(String(fields['cache-status'])),
      )
    })
    expect(runs).toBe(2)
  })

  it('runs the handler where garbage stands instead, tells of it, and replaces it', async () => {
    await fill('/a')
    const told: ErrorEvent[] = []
    nodes[1].cache.on('error', (event) => told.push(event))
    for (const key of (await server.command('KEYS', `${prefix}e1:*`)) as readonly string[]) {
      await server.command('SETRANGE', key, '80', 'garbage')
    }
    expect((await askOther('/a')).text).toBe('run 2 of /a')
    // Once for each time that it was read.
    expect(new Set(told.map((event) => event.operation))).toEqual(new Set(['decode']))
    await until(
      'the new one to be served',
      async () => (await nodes[0].ask('/a', withHost())).text === 'run 2 of /a',
    )
    expect(runs).toBe(2)
  })

  it('answers HEAD, conditions and ranges from what the other node has stored', async () => {
    handle = () => ({ fields: [['etag', '"v1"']], body: { kind: 'buffer', bytes } })
    await fill('/a')
    const head = await askOther('/a', { method: 'HEAD' })
    expect([head.status, head.body.length, head.fields['content-length']]).toEqual([
      200,
      0,
      String(bytes.length),
    ])
    const same = await askOther('/a', { fields: { 'if-none-match': '"v1"' } })
    expect([same.status, same.body.length]).toEqual([304, 0])
    const part = await askOther('/a', { fields: { range: 'bytes=69990-' } })
    expect([part.status, part.fields['content-range']]).toEqual([206, 'bytes 69990-69999/70000'])
    expect(part.body.equals(bytes.subarray(69_990))).toBe(true)
    expect(runs).toBe(1)
  })
})

/** The nodes listen on different ports: the name in front of them is one. */
function withHost(wanted: WireRequest = {}): WireRequest {
  return { ...wanted, fields: { ...wanted.fields, host: 'app.example' } }
}

const notTheHandlers = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'age',
  'cache-status',
])

function handlersPart({ status, fields }: WireResponse): object {
  return { status, fields: Object.entries(fields).filter(([name]) => !notTheHandlers.has(name)) }
}
