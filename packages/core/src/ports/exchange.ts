/** The adapter port: one request and its response, as a framework adapter shows them to the core. */
import type { FieldValue, HeaderFields, RequestFields } from './http.ts'
import type { Decision } from './rate-limit-store.ts'

/**
 * A user's option function. It is given the framework's own objects, `(req, res)` in Express, `(request, reply)` in
 * Fastify, `(ctx)` in Koa, so the core never sees its parameters.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the parameters belong to the framework, not to the core
export type UserFunction<R = unknown> = (...args: any[]) => R

/**
 * One request and its response. An adapter makes one per request and middleware; every member is read lazily, so that
 * a decision that needs only the address costs only the address.
 */
export interface Exchange {
  /** The method as received, upper case. */
  readonly method: string
  /** The request target exactly as received (RFC 9112 §3.2.1), mount prefix and query included: `originalUrl`, not `url`. */
  readonly target: string
  /** `http` or `https`, as the framework's trust-proxy setting resolves it. */
  readonly scheme: string
  /** The authority that the handler sees: the `Host` field, or what the framework's trust-proxy setting makes of it; `''` when there is none. */
  readonly host: string
  /** The client's address as the framework's trust-proxy setting resolves it; undefined when the connection has none. */
  readonly address: string | undefined
  /** Whether the framework is set to believe forwarded fields from anybody (`trust proxy: true`): then a client names its own address. */
  readonly trustsEveryone: boolean
  /** The request's fields; changes made here are what the handler sees. */
  readonly requestFields: RequestFields
  /** The matched route's pattern (`/products/:id`), its mount prefix included, when the middleware is mounted on one route; otherwise undefined. */
  readonly route: string | undefined
  /**
   * The pattern of the route whose handler answers, its mount prefix included, wherever the middleware is mounted. Known
   * when the response begins, as far as the framework tells it at all.
   */
  readonly answeringRoute: string | undefined
  /**
   * What of the request, beside method, host and path, made the framework choose this route: a version that the client
   * asked for. Requests for the same target that are routed apart never share a response.
   */
  readonly routedBy?: string | undefined
  /** Whether nothing in the app has answered, and what leaves is the framework's own page. Known when the response begins. */
  readonly isUnanswered: boolean
  /** Where the middleware is mounted (`/`, `/api`): a pattern that the client cannot vary by case, slashes or escapes. */
  readonly mount: string
  /** The token given to `redispatch` when this request is a background refresh made by forebay itself; a client cannot forge it. */
  readonly refresh: object | undefined

  /**
   * Puts a denial where the app's own functions find it, as the adapter does with every decision afterwards. With `status`,
   * an answer of the app's own has it unless the app says otherwise.
   */
  decided?(decision: Decision, status: number | undefined): void
  /** Calls a user's function with the framework's own objects, `extra` last. What it throws is thrown. */
  invoke<R>(fn: UserFunction<R>, extra?: unknown): R
  /** One response field as it stands now. */
  responseField(name: string): FieldValue | undefined
  /** Sets a response field, replacing all its lines. Ignored once the head has left. */
  setResponseField(name: string, value: FieldValue): void
  /** A copy of all response fields as they stand now. */
  responseFields(): HeaderFields
  /** Calls `listener` once when the connection closes before the response is complete; returns its own undo. */
  onAbort(listener: () => void): () => void
  /**
   * Runs the app's own handling of this request again without a client: same method, URL, address and fields, changed
   * by `fields` (undefined removes one), marked with `token` as `refresh`. Resolves when that response is over, also
   * when it failed; never rejects. Undefined when the app cannot be dispatched into again.
   */
  redispatch(token: object, fields: RequestFields, signal: AbortSignal): Promise<void> | undefined
}
