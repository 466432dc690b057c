/** Both major versions of Koa, and a server around an app for as long as a test runs. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type Router from '@koa/router'
import Koa, { type Middleware } from 'koa'

// Types of version 3 stand for both: what the tests use is in either.
const Koa2 = createRequire(import.meta.url)('koa2') as typeof Koa

export const koaVersions: readonly (readonly [name: string, Application: typeof Koa])[] = [
  ['koa 3', Koa],
  ['koa 2', Koa2],
]

export interface ListeningApp extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly server: Server
}

/** Serves `app` on a free loopback port. */
export async function serve(app: Koa): Promise<ListeningApp> {
  return await listen(app.callback())
}

export async function listen(listener: RequestListener): Promise<ListeningApp> {
  const server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** A router's middleware. Its own type does not fit into an app's under `exactOptionalPropertyTypes`. */
export function routesOf(router: Pick<Router, 'routes'>): Middleware {
  return router.routes() as unknown as Middleware
}
