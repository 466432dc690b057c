/** One request and its response in Express, as the core sees them. */
import type { Application, Request, Response } from 'express'
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
import { runningRouteOf, type Placing } from './mounting.ts'
import { hostOf, trustsEveryone } from './trust.ts'

export class ExpressExchange implements Exchange {
  readonly #req: Request
  readonly #res: Response
  readonly #placing: Placing

  /** `placing` is that of the middleware that is running. */
  constructor(req: Request, res: Response, placing: Placing) {
    this.#req = req
    this.#res = res
    this.#placing = placing
  }

  get method(): string {
    return this.#req.method
  }

  get target(): string {
    return this.#req.originalUrl
  }

  get scheme(): string {
    return this.#req.protocol
  }

  get host(): string {
    return hostOf(this.#req)
  }

  get address(): string | undefined {
    return this.#req.ip
  }

  get trustsEveryone(): boolean {
    return trustsEveryone(this.#req.app)
  }

  get requestFields(): RequestFields {
    return this.#req.headers
  }

  get route(): string | undefined {
    return this.#placing.of(this.#req).route
  }

  get answeringRoute(): string | undefined {
    return runningRouteOf(this.#req)
  }

  /** Express takes `baseUrl` away when the last of its routes has passed the request on, with an error or without. */
  get isUnanswered(): boolean {
    return (this.#req as { readonly baseUrl?: string }).baseUrl === undefined
  }

  get mount(): string {
    return this.#placing.of(this.#req).mount
  }

  get refresh(): object | undefined {
    return refreshTokenOf(this.#req)
  }

  decided(decision: Decision, status: number | undefined): void {
    this.#req.rateLimit = decision
    if (status !== undefined && !this.#res.headersSent) this.#res.status(status)
  }

  invoke<R>(fn: UserFunction<R>, extra?: unknown): R {
    return extra === undefined ? fn(this.#req, this.#res) : fn(this.#req, this.#res, extra)
  }

  responseField(name: string): FieldValue | undefined {
    const value = this.#res.getHeader(name)
    return typeof value === 'number' ? String(value) : value
  }

  setResponseField(name: string, value: FieldValue): void {
    if (!this.#res.headersSent) this.#res.setHeader(name, value)
  }

  responseFields(): HeaderFields {
    return fieldsOfResponse(this.#res)
  }

  onAbort(listener: () => void): Undo {
    return whenAborted(this.#res, listener)
  }

  redispatch(token: object, fields: RequestFields, signal: AbortSignal): Promise<void> {
    const { method, originalUrl: target, ip: address } = this.#req
    const app = outermost(this.#req.app)
    return redispatch(
      { request: this.#req, method, target, address, fields, token, signal },
      (request, response) => {
        app(request as Request, response as Response)
      },
    )
  }
}

/** The app that the server calls: a mounted app would not know the path that it is mounted on. */
function outermost(app: Application): Application {
  let current = app as Application & { readonly parent?: Application }
  while (current.parent !== undefined) current = current.parent
  return current
}
