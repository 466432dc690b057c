/** One request and its response in Koa, as the core sees them. */
import type { Context, Middleware } from 'koa'
import {
  fieldsOfResponse,
  redispatch,
  refreshTokenOf,
  whenAborted,
  type Decision,
  type Exchange,
  type FieldValue,
  type HeaderFields,
  type RequestFields,
  type Undo,
  type UserFunction,
} from '@forebay/core'
import { matchedRouteOf, mountingOf, type Mounting } from './mounting.ts'
import { isUndecided } from './undecided.ts'

export class KoaExchange implements Exchange {
  readonly #ctx: Context
  readonly #middleware: Middleware
  #mounting: Mounting | undefined

  /** `middleware` is the one that is running: where it is mounted is asked of the router by its identity. */
  constructor(ctx: Context, middleware: Middleware) {
    this.#ctx = ctx
    this.#middleware = middleware
  }

  /** Asked several times: Koa's own getter on the context looks its name up once more. */
  get method(): string {
    return this.#ctx.request.method
  }

  get target(): string {
    return this.#ctx.originalUrl
  }

  /** As the handler sees it, on the context, whatever an app has put there: the same for host and address. */
  get scheme(): string {
    return this.#ctx.protocol
  }

  get host(): string {
    return this.#ctx.host
  }

  get address(): string | undefined {
    return this.#ctx.ip || undefined
  }

  /** Koa believes the leftmost forwarded address unless told how many proxies there are. */
  get trustsEveryone(): boolean {
    const { app } = this.#ctx
    return app.proxy && !(app.maxIpsCount > 0)
  }

  get requestFields(): RequestFields {
    return this.#ctx.req.headers
  }

  get route(): string | undefined {
    return this.#mountedAt().route
  }

  get answeringRoute(): string | undefined {
    return this.route ?? matchedRouteOf(this.#ctx)
  }

  get isUnanswered(): boolean {
    return isUndecided(this.#ctx)
  }

  get mount(): string {
    return this.#mountedAt().mount
  }

  get refresh(): object | undefined {
    return refreshTokenOf(this.#ctx.req)
  }

  decided(decision: Decision, status: number | undefined): void {
    this.#ctx.state['rateLimit'] = decision
    if (status !== undefined && !this.#ctx.headerSent) this.#ctx.status = status
  }

  invoke<R>(fn: UserFunction<R>, extra?: unknown): R {
    return extra === undefined ? fn(this.#ctx) : fn(this.#ctx, extra)
  }

  responseField(name: string): FieldValue | undefined {
    const value = this.#ctx.res.getHeader(name)
    return typeof value === 'number' ? String(value) : value
  }

  setResponseField(name: string, value: FieldValue): void {
    const { res } = this.#ctx
    if (!res.headersSent) res.setHeader(name, value)
  }

  responseFields(): HeaderFields {
    return fieldsOfResponse(this.#ctx.res)
  }

  onAbort(listener: () => void): Undo {
    return whenAborted(this.#ctx.res, listener)
  }

  redispatch(token: object, fields: RequestFields, signal: AbortSignal): Promise<void> {
    const { req: request, method, originalUrl: target, ip: address, app } = this.#ctx
    return redispatch({ request, method, target, address, fields, token, signal }, app.callback())
  }

  #mountedAt(): Mounting {
    return (this.#mounting ??= mountingOf(this.#ctx, this.#middleware))
  }
}
