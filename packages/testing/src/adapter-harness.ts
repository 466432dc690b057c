/** What an adapter's harness provides, so that one suite and one parity script run over every framework. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Backend, Decision, FieldLine } from '@forebay/core'
import type { ManualClock } from './manual-clock.ts'

/** One request as a neutral handler or option function sees it. */
export interface NeutralRequest {
  readonly method: string
  /** Target as received. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly params: Readonly<Record<string, string>>
}

/** A body, by the way in which the framework is made to produce it; each harness uses the framework's own idiom. */
export type NeutralBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'buffer'; readonly bytes: Uint8Array }
  /** A Node `Readable` over the chunks. */
  | { readonly kind: 'stream'; readonly chunks: readonly Uint8Array[] }
  /** The same, that fails after the last chunk. */
  | { readonly kind: 'failing-stream'; readonly chunks: readonly Uint8Array[] }
  /** A WHATWG `ReadableStream`. */
  | { readonly kind: 'web-stream'; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'blob'; readonly bytes: Uint8Array }
  /** A WHATWG `Response`, with its own status and fields. */
  | { readonly kind: 'response'; readonly bytes: Uint8Array }
  /** A file from disk: `res.sendFile`, a file stream elsewhere. */
  | { readonly kind: 'file'; readonly path: string }
  /** `writeHead(status, fields)`, `write` per chunk, `end`, on the raw `node:http` response. */
  | { readonly kind: 'raw'; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'empty' }
  /** Throws, as a handler with a bug does. */
  | { readonly kind: 'throw'; readonly message: string }

export interface NeutralReply {
  /** Default 200. */
  readonly status?: number
  readonly fields?: readonly FieldLine[]
  readonly body: NeutralBody
}

export interface NeutralRoute {
  readonly method: string
  /** A pattern that every framework reads alike: `/products/:id`. */
  readonly path: string
  readonly handle: (request: NeutralRequest) => NeutralReply | Promise<NeutralReply>
  /** Options of a limiter on this route only. Functions in them are made with `lift`. */
  readonly rateLimit?: object
  /** Options of a cache on this route only. */
  readonly responseCache?: object
}

export interface NeutralApp {
  /** App-level limiter, in front of everything. */
  readonly rateLimit?: object
  /** App-level cache, after the limiter. */
  readonly responseCache?: object
  /** Fields that middleware outside the limiter and the cache sets on every response, from the request. */
  readonly outside?: (request: NeutralRequest) => readonly FieldLine[]
  /** Middleware outside: the framework's own compression middleware. */
  readonly compress?: 'outside' | 'inside'
  readonly routes: readonly NeutralRoute[]
}

export interface RunningApp {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** The decision that the adapter put on the latest request, where this framework keeps it. */
  lastDecision(): Decision | undefined
  /** The framework's own app, for tests of what only that framework has. */
  readonly app: unknown
  close(): Promise<void>
}

export interface AdapterHarness {
  /** `express 5`, `koa 2`. */
  readonly name: string
  /** Makes an option function for this framework of a neutral one; `extra` is the last argument, such as the decision. */
  lift<R>(fn: (request: NeutralRequest, extra: unknown) => R): (...args: never[]) => R
  /** Makes an `onDenied` of a neutral one: what it returns is answered in the framework's own idiom. */
  answer(fn: (request: NeutralRequest, extra: unknown) => NeutralReply): (...args: never[]) => unknown
  start(app: NeutralApp): Promise<RunningApp>
  /** What the limiters and caches of one app are given. Default: `memoryBackend`, which has done everything at once. */
  backendOn?(clock: ManualClock): GivenBackend
}

export interface GivenBackend {
  /** Fresh, on the clock that was given. */
  readonly backend: Backend
  /** Resolves when it has done everything that it was asked. */
  readonly settled: () => Promise<void>
}
