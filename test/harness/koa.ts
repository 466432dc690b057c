/** Koa under the adapter suites: version 3, and version 2 by its alias, both with @koa/router and koa-compress. */
import Router from '@koa/router'
import type Koa from 'koa'
import type { Context, Middleware, Next } from 'koa'
import compress from 'koa-compress'
import type { Decision, FieldLine } from '@forebay/core'
import { rateLimit, responseCache } from '@forebay/koa'
import type { AdapterHarness, NeutralApp, NeutralReply, NeutralRequest, NeutralRoute } from '@forebay/testing'
import { koaBody } from './koa-body.ts'
import { koaVersions, routesOf, serve } from './koa-server.ts'

/** One harness for each major version. */
export const koaHarnesses: readonly AdapterHarness[] = koaVersions.map(([name, Application]) =>
  harnessOf(name, Application),
)

function harnessOf(name: string, Application: typeof Koa): AdapterHarness {
  return {
    name,
    lift:
      (fn) =>
      (...args: never[]) => {
        const [ctx, ...extra] = args as unknown as [Context, ...unknown[]]
        return fn(neutralRequest(ctx), extra.at(-1))
      },
    answer:
      (fn) =>
      (...args: never[]) => {
        const [ctx, ...extra] = args as unknown as [Context, ...unknown[]]
        return reply(ctx, fn(neutralRequest(ctx), extra.at(-1)))
      },
    async start(neutral) {
      const app = new Application()
      app.silent = true
      let decision: Decision | undefined
      app.use(async (ctx, next) => {
        try {
          await next()
        } finally {
          decision = ctx.state['rateLimit'] as Decision | undefined
        }
      })
      for (const middleware of appMiddlewares(neutral)) app.use(middleware)
      app.use(routesOf(routerOf(neutral.routes)))
      const served = await serve(app)
      return {
        url: served.url,
        lastDecision: () => decision,
        app,
        close: async () => await served[Symbol.asyncDispose](),
      }
    },
  }
}

function appMiddlewares(app: NeutralApp): Middleware[] {
  const middlewares: Middleware[] = []
  const { outside } = app
  if (outside !== undefined) {
    middlewares.push((ctx: Context, next: Next) => {
      setFields(ctx, outside(neutralRequest(ctx)))
      return next()
    })
  }
  if (app.compress === 'outside') middlewares.push(compress())
  if (app.rateLimit !== undefined) middlewares.push(rateLimit(app.rateLimit))
  if (app.responseCache !== undefined) middlewares.push(responseCache(app.responseCache))
  if (app.compress === 'inside') middlewares.push(compress())
  return middlewares
}

function routerOf(routes: readonly NeutralRoute[]): Router {
  const router = new Router()
  for (const route of routes) {
    const middlewares: Middleware[] = []
    if (route.rateLimit !== undefined) middlewares.push(rateLimit(route.rateLimit))
    if (route.responseCache !== undefined) middlewares.push(responseCache(route.responseCache))
    middlewares.push(async (ctx: Context) => reply(ctx, await route.handle(neutralRequest(ctx))))
    router.register(route.path, [route.method], middlewares)
  }
  return router
}

function neutralRequest(ctx: Context): NeutralRequest {
  const params = (ctx['params'] ?? {}) as Record<string, string>
  return { method: ctx.method, url: ctx.originalUrl, headers: ctx.headers, params }
}

async function reply(ctx: Context, answer: NeutralReply): Promise<void> {
  const { status = 200, fields = [], body } = answer
  if (body.kind === 'raw') {
    ctx.respond = false
    ctx.res.writeHead(status, Object.fromEntries(fields.map(([name, value]) => [name, value as string])))
    for (const chunk of body.chunks) ctx.res.write(chunk)
    ctx.res.end()
    return
  }
  ctx.status = status
  setFields(ctx, fields)
  await koaBody(ctx, body)
  // A body sets the status and the type that Koa thinks fit; what the reply says stands.
  if (body.kind === 'empty') ctx.status = status
  setFields(ctx, fields)
}

function setFields(ctx: Context, fields: readonly FieldLine[]): void {
  for (const [name, value] of fields) ctx.set(name, typeof value === 'string' ? value : [...value])
}
