/** Fastify 5 under the adapter suites, with @fastify/compress. */
import type { AddressInfo } from 'node:net'
import compress from '@fastify/compress'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Decision, FieldLine } from '@forebay/core'
import { rateLimit, responseCache } from '@forebay/fastify'
import type { AdapterHarness, NeutralApp, NeutralReply, NeutralRequest, NeutralRoute } from '@forebay/testing'
import { fastifyBody } from './fastify-body.ts'

export const fastifyHarness: AdapterHarness = {
  name: 'fastify 5',
  lift:
    (fn) =>
    (...args: never[]) => {
      const [request, , ...extra] = args as unknown as [FastifyRequest, FastifyReply, ...unknown[]]
      return fn(neutralRequest(request), extra.at(-1))
    },
  answer:
    (fn) =>
    (...args: never[]) => {
      const [request, reply, decision] = args as unknown as [FastifyRequest, FastifyReply, unknown]
      return answer(reply, fn(neutralRequest(request), decision))
    },
  async start(neutral) {
    const app = fastify({ exposeHeadRoutes: true, forceCloseConnections: true })
    let decision: Decision | undefined
    app.addHook('onResponse', (request, _reply, done) => {
      decision = request.rateLimit
      done()
    })
    await addPlugins(app, neutral)
    for (const route of neutral.routes) addRoute(app, route)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return {
      url: `http://127.0.0.1:${port}`,
      lastDecision: () => decision,
      app,
      close: () => app.close(),
    }
  },
}

async function addPlugins(app: FastifyInstance, neutral: NeutralApp): Promise<void> {
  const { outside, routes } = neutral
  if (outside !== undefined) {
    app.addHook('onRequest', (request, reply, done) => {
      setFields(reply, outside(neutralRequest(request)))
      done()
    })
  }
  if (neutral.compress === 'outside') await app.register(compress)
  if (neutral.rateLimit !== undefined) await app.register(rateLimit, neutral.rateLimit)
  else if (routes.some((route) => route.rateLimit !== undefined)) {
    await app.register(rateLimit, { global: false })
  }
  if (neutral.responseCache !== undefined) await app.register(responseCache, neutral.responseCache)
  else if (routes.some((route) => route.responseCache !== undefined)) {
    await app.register(responseCache, { global: false })
  }
  if (neutral.compress === 'inside') await app.register(compress)
}

function addRoute(app: FastifyInstance, route: NeutralRoute): void {
  const { rateLimit: limit, responseCache: cache } = route
  // HEAD of a GET route is Fastify's own doing.
  app.route({
    method: route.method,
    url: route.path,
    config: { ...(limit && { rateLimit: limit }), ...(cache && { responseCache: cache }) },
    handler: async (request, reply) => answer(reply, await route.handle(neutralRequest(request))),
  })
}

function neutralRequest(request: FastifyRequest): NeutralRequest {
  return {
    method: request.method,
    url: request.originalUrl,
    headers: request.headers,
    params: (request.params ?? {}) as Record<string, string>,
  }
}

function answer(reply: FastifyReply, { status = 200, fields = [], body }: NeutralReply): unknown {
  if (body.kind === 'raw') {
    reply.hijack()
    reply.raw.writeHead(status, Object.fromEntries(fields.map(([name, value]) => [name, value as string])))
    for (const chunk of body.chunks) reply.raw.write(chunk)
    reply.raw.end()
    return reply
  }
  reply.code(status)
  setFields(reply, fields)
  return fastifyBody(reply, body)
}

function setFields(reply: FastifyReply, fields: readonly FieldLine[]): void {
  for (const [name, value] of fields) reply.header(name, value)
}
