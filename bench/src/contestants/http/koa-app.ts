/** The Koa app that every contestant puts its middleware into. */
import Koa, { type Context, type Middleware } from 'koa'
import type { Handler } from '../../handler.ts'
import type { Scenario, Serving } from '../../scenario.ts'
import { listening } from './listening.ts'

export function koaApp(scenario: Scenario, handler: Handler, middleware?: Middleware): Promise<Serving> {
  const app = new Koa()
  if (middleware) app.use(middleware)
  app.use((ctx) => answer(ctx, scenario, handler))
  return listening(app.callback())
}

export function answer(ctx: Context, scenario: Scenario, handler: Handler): void {
  if (scenario === 'not-modified') ctx.etag = 'v1'
  ctx.type = 'json'
  ctx.body = scenario === 'stream-20k' ? handler.stream() : handler.items()
}
