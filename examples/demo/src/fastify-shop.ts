/** The shop on Fastify. */
import { Readable } from 'node:stream'
import fastify from 'fastify'
import { rateLimit, responseCache } from '@forebay/fastify'
import type { RedisBackend } from '@forebay/redis'
import { portOf, type RunningShop } from './running-shop.ts'
import { apiLimit, lifetimes, loginLimit } from './settings.ts'
import { Shop } from './shop.ts'

interface ProductRoute {
  readonly Params: { readonly id: string }
}

export async function startFastifyShop(port: number, backend?: RedisBackend): Promise<RunningShop> {
  const shop = new Shop()
  const where = backend === undefined ? {} : { backend }
  const app = fastify()
  await app.register(rateLimit, {
    ...apiLimit,
    ...where,
    key: (request) => oneLine(request.headers['x-api-key']),
  })
  await app.register(responseCache, { global: false, ...where })

  app.get('/products', { config: { responseCache: { ttl: lifetimes.list } } }, () => shop.list())
  const product = {
    ttl: lifetimes.product,
    tags: (request: { params: unknown }) => [`product:${(request.params as { id: string }).id}`],
  }
  app.get<ProductRoute>('/products/:id', { config: { responseCache: product } }, async (request, reply) => {
    const found = await shop.product(Number(request.params.id))
    return found ?? reply.code(404).send({ error: 'no such product' })
  })
  app.put<ProductRoute>('/products/:id', async (request, reply) => {
    const { name } = (request.body ?? {}) as { name?: unknown }
    const renamed = shop.rename(Number(request.params.id), String(name))
    await app.responseCache.invalidateTags(`product:${request.params.id}`)
    return renamed ?? reply.code(404).send({ error: 'no such product' })
  })
  app.get<{ Querystring: { q?: string } }>(
    '/search',
    { config: { responseCache: { ttl: lifetimes.search } } },
    (request) => shop.search(request.query.q ?? ''),
  )
  app.post(
    '/login',
    { config: { rateLimit: { ...loginLimit, ...where, key: (request) => request.ip } } },
    async (request, reply) => {
      const { password } = (request.body ?? {}) as { password?: unknown }
      const welcome = await shop.login(password)
      return reply.code(welcome ? 200 : 401).send({ welcome })
    },
  )
  app.get('/report', { config: { responseCache: { ttl: lifetimes.report } } }, () => shop.report())
  app.get('/export', { config: { responseCache: { ttl: lifetimes.export } } }, (_request, reply) =>
    reply.type('text/csv').send(Readable.from(shop.export())),
  )

  await app.listen({ port, host: '127.0.0.1' })
  return { framework: 'Fastify', shop, port: portOf(app.server), close: () => app.close() }
}

function oneLine(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
