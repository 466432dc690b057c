/** One request and its response in Fastify, as the core sees them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
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
import { setField } from './response-fields.ts'

/** Where a plugin meets requests. */
export interface Place {
  /** The pattern of the one route, undefined for a whole app. */
  readonly route: string | undefined
  /** The prefix that the plugin is registered under. */
  readonly mount: string
  readonly trustsEveryone: boolean
  /** The constraints of the one route, but for its host. */
  readonly routedBy?: string | undefined
}

export class FastifyExchange implements Exchange {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #place: Place

  constructor(request: FastifyRequest, reply: FastifyReply, place: Place) {
    this.#request = request
    this.#reply = reply
    this.#place = place
  }

  get method(): string {
    return this.#request.method
  }

  get target(): string {
    return this.#request.originalUrl
  }

  get scheme(): string {
    return this.#request.protocol
  }

  get host(): string {
    return this.#request.host
  }

  get address(): string | undefined {
    return this.#request.ip || undefined
  }

  get trustsEveryone(): boolean {
    return this.#place.trustsEveryone
  }

  get requestFields(): RequestFields {
    return this.#request.headers
  }

  get route(): string | undefined {
    return this.#place.route
  }

  get answeringRoute(): string | undefined {
    return this.#place.route
  }

  get routedBy(): string | undefined {
    return this.#place.routedBy
  }

  /** Where there is no route, there is none of its hooks. */
  get isUnanswered(): boolean {
    return false
  }

  get mount(): string {
    return this.#place.mount
  }

  get refresh(): object | undefined {
    return refreshTokenOf(this.#request.raw)
  }

  decided(decision: Decision, status: number | undefined): void {
    this.#request.rateLimit = decision
    if (status !== undefined && !this.#reply.sent) this.#reply.code(status)
  }

  invoke<R>(fn: UserFunction<R>, extra?: unknown): R {
    return extra === undefined ? fn(this.#request, this.#reply) : fn(this.#request, this.#reply, extra)
  }

  responseField(name: string): FieldValue | undefined {
    const value = this.#reply.getHeader(name)
    return typeof value === 'number' ? String(value) : value
  }

  setResponseField(name: string, value: FieldValue): void {
    if (!this.#reply.raw.headersSent) setField(this.#reply, name, value)
  }

  responseFields(): HeaderFields {
    return fieldsOfResponse(this.#reply)
  }

  onAbort(listener: () => void): Undo {
    return whenAborted(this.#reply.raw, listener)
  }

  redispatch(token: object, fields: RequestFields, signal: AbortSignal): Promise<void> {
    const { raw: request, method, originalUrl: target, ip: address, server } = this.#request
    return redispatch({ request, method, target, address, fields, token, signal }, (repeated, response) =>
      server.routing(repeated, response),
    )
  }
}
