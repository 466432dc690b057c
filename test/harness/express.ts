/** Express under the adapter suites: version 5, and version 4 by its alias, both with compression. */
import { createRequire } from 'node:module'
import compression from 'compression'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import type { Decision, FieldLine } from '@forebay/core'
import { rateLimit, responseCache } from '@forebay/express'
import type { AdapterHarness, NeutralApp, NeutralReply, NeutralRequest, NeutralRoute } from '@forebay/testing'
import { expressBody } from './express-body.ts'
import { listen } from './koa-server.ts'

// Types of version 5 stand for both: what the tests use is in either.
const express4 = createRequire(import.meta.url)('express4') as typeof express

export const expressVersions: readonly (readonly [name: string, makeApp: () => Express])[] = [
  ['express 5', express],
  ['express 4', express4],
]

/** One harness for each major version. */
export const expressHarnesses: readonly AdapterHarness[] = expressVersions.map(([name, makeApp]) =>
  harnessOf(name, makeApp),
)

function harnessOf(name: string, makeApp: () => Express): AdapterHarness {
  return {
    name,
    lift:
      (fn) =>
      (...args: never[]) => {
        const [req, , ...extra] = args as unknown as [Request, Response, ...unknown[]]
        return fn(neutralRequest(req), extra.at(-1))
      },
    answer:
      (fn) =>
      (...args: never[]) => {
        const [req, res, decision] = args as unknown as [Request, Response, unknown]
        return reply(res, fn(neutralRequest(req), decision))
      },
    async start(neutral) {
      const app = makeApp()
      // Errors are answered without being printed.
      app.set('env', 'test')
      let decision: Decision | undefined
      app.use((req, res, next) => {
        res.on('close', () => (decision = req.rateLimit))
        next()
      })
      for (const middleware of appMiddlewares(neutral)) app.use(middleware)
      for (const route of neutral.routes) addRoute(app, route)
      const served = await listen(app)
      return {
        url: served.url,
        lastDecision: () => decision,
        app,
        close: async () => await served[Symbol.asyncDispose](),
      }
    },
  }
}

function appMiddlewares(app: NeutralApp): RequestHandler[] {
  const middlewares: RequestHandler[] = []
  const { outside } = app
  if (outside !== undefined) {
    middlewares.push((req, res, next) => {
      setFields(res, outside(neutralRequest(req)))
      next()
    })
  }
  if (app.compress === 'outside') middlewares.push(compression())
  if (app.rateLimit !== undefined) middlewares.push(rateLimit(app.rateLimit as never))
  if (app.responseCache !== undefined) middlewares.push(responseCache(app.responseCache))
  if (app.compress === 'inside') middlewares.push(compression())
  return middlewares
}

type Method = 'get' | 'post' | 'put' | 'delete' | 'patch' | 'head' | 'options'

function addRoute(app: Express, route: NeutralRoute): void {
  const handlers: RequestHandler[] = []
  if (route.rateLimit !== undefined) handlers.push(rateLimit(route.rateLimit as never))
  if (route.responseCache !== undefined) handlers.push(responseCache(route.responseCache))
  handlers.push((req: Request, res: Response, next: NextFunction) => {
    // Version 4 does not wait for what a handler returns.
    Promise.resolve()
      .then(() => route.handle(neutralRequest(req)))
      .then((answer) => reply(res, answer))
      .catch(next)
  })
  app[route.method.toLowerCase() as Method](route.path, ...handlers)
}

function neutralRequest(req: Request): NeutralRequest {
  return {
    method: req.method,
    url: req.originalUrl,
    headers: req.headers,
    params: req.params as Record<string, string>,
  }
}

async function reply(res: Response, { status = 200, fields = [], body }: NeutralReply): Promise<void> {
  if (body.kind === 'raw') {
    res.writeHead(status, Object.fromEntries(fields.map(([name, value]) => [name, value as string])))
    for (const chunk of body.chunks) res.write(chunk)
    res.end()
    return
  }
  res.status(status)
  setFields(res, fields)
  await expressBody(res, body)
}

function setFields(res: Response, fields: readonly FieldLine[]): void {
  for (const [name, value] of fields) res.setHeader(name, value)
}
