/** A framework of a few lines around one gate: what an adapter does, without sockets. */
import {
  createResponseCacheGate,
  memoryBackend,
  type CacheOutcome,
  type Departure,
  type Exchange,
  type FieldValue,
  type HeaderFields,
  type RequestFields,
  type ResponseCache,
  type ResponseCacheOptions,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'

export interface FakeRequest {
  readonly method?: string
  readonly url?: string
  readonly headers?: RequestFields
  readonly host?: string
  readonly route?: string
  /** Response fields that middleware outside the cache set before. */
  readonly outside?: Record<string, FieldValue>
  readonly refresh?: object
  /** Nothing in the app answers it: the reply is the framework's own page. */
  readonly unanswered?: boolean
  /** The same request, met again by a cache further inside. */
  readonly within?: FakeExchange
}

export interface FakeReply {
  readonly status?: number
  readonly fields?: Record<string, FieldValue>
  readonly body?: string
  readonly chunks?: readonly string[]
  readonly trailers?: boolean
  /** Hands the whole body to `start`. */
  readonly whole?: boolean
  /** Cut off after the chunks. */
  readonly cut?: boolean
}

export interface SeenRequest {
  readonly url: string
  /** As the handler sees them. */
  readonly headers: RequestFields
  readonly isRefresh: boolean
}

export interface FakeResponse {
  readonly status: number
  readonly fields: Record<string, FieldValue>
  readonly body: string
}

export type FakeHandler = (seen: SeenRequest, exchange: FakeExchange) => FakeReply | Promise<FakeReply>
export type FakeOptions = ResponseCacheOptions<[SeenRequest]>

export interface FakeApp {
  readonly clock: ManualClock
  readonly cache: ResponseCache
  /** How often the handler ran. */
  runs: number
  seen: SeenRequest[]
  handler: FakeHandler
  /** Whether background refreshes can be dispatched. */
  redispatches: boolean
  get(url?: string, headers?: RequestFields): Promise<FakeResponse>
  send(request: FakeRequest): Promise<FakeResponse>
  handle(exchange: FakeExchange): ReturnType<ReturnType<typeof createResponseCacheGate>['handle']>
  exchange(request: FakeRequest): FakeExchange
  finish(exchange: FakeExchange, outcome: CacheOutcome): Promise<FakeResponse>
}

export interface FakeExchange extends Exchange {
  readonly fields: Record<string, FieldValue>
  /** The client leaves. */
  leave(): void
}

export function fakeApp(handler: FakeHandler, options: FakeOptions = {}, sharedClock?: ManualClock): FakeApp {
  const clock = sharedClock ?? manualClock()
  const gate = createResponseCacheGate<[SeenRequest]>(
    {
      ...(options.cache === undefined && options.backend === undefined
        ? { backend: memoryBackend({ clock }) }
        : {}),
      jitter: 0,
      earlyRefresh: 0,
      ...options,
    },
    { random: () => 0.5 },
  )
  const app: FakeApp = {
    clock,
    cache: gate.cache,
    runs: 0,
    seen: [],
    handler,
    redispatches: true,
    get: (url = '/', headers = {}) => app.send({ url, headers }),
    send: async (request) => {
      const exchange = app.exchange(request)
      return app.finish(exchange, await gate.handle(exchange))
    },
    handle: (exchange) => gate.handle(exchange),
    exchange: (request) => fakeExchange(app, request),
    finish: (exchange, outcome) => finish(app, exchange, outcome),
  }
  return app
}

function fakeExchange(app: FakeApp, request: FakeRequest): FakeExchange {
  const fields: Record<string, FieldValue> = { ...request.outside }
  const listeners = new Set<() => void>()
  const exchange: FakeExchange = {
    fields,
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    scheme: 'http',
    host: request.host ?? 'shop.test',
    address: '192.0.2.1',
    trustsEveryone: false,
    requestFields: request.within?.requestFields ?? { ...request.headers },
    route: request.route,
    answeringRoute: undefined,
    isUnanswered: request.unanswered ?? false,
    mount: '/',
    refresh: request.refresh ?? request.within?.refresh,
    invoke: (fn, extra) => fn(seenOf(exchange), extra),
    responseField: (name) => fields[name],
    setResponseField: (name, value) => {
      fields[name] = value
    },
    // As `node:http` keeps them: lists are copied, so that nobody changes them in place.
    responseFields: () => copied(fields),
    onAbort: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    redispatch: (token, changes, signal) => {
      if (request.within !== undefined) return request.within.redispatch(token, changes, signal)
      if (!app.redispatches) return undefined
      const headers = { ...request.headers, ...changes }
      for (const [name, value] of Object.entries(changes)) if (value === undefined) delete headers[name]
      return app.send({ ...request, headers, refresh: token }).then(
        () => undefined,
        () => undefined,
      )
    },
    leave: () => {
      for (const listener of listeners) listener()
    },
  }
  return exchange
}

function copied(fields: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const copies: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(fields)) {
    copies[name] = typeof value === 'string' ? value : [...value]
  }
  return copies
}

function seenOf(exchange: FakeExchange): SeenRequest {
  return {
    url: exchange.target,
    headers: { ...exchange.requestFields },
    isRefresh: exchange.refresh !== undefined,
  }
}

async function finish(app: FakeApp, exchange: FakeExchange, outcome: CacheOutcome): Promise<FakeResponse> {
  if (outcome.type === 'respond') {
    const { status, fields, body, age, cacheStatus } = outcome.response
    const sent = { ...exchange.fields, ...Object.fromEntries(fields) }
    if (age !== undefined) sent.age = age
    if (cacheStatus !== undefined) sent['cache-status'] = cacheStatus
    return { status, fields: sent, body: body === undefined ? '' : Buffer.from(body).toString() }
  }
  app.runs++
  const seen = seenOf(exchange)
  app.seen.push(seen)
  let reply: FakeReply
  try {
    reply = await app.handler(seen, exchange)
  } catch (error) {
    outcome.recorder.abort()
    throw error
  }
  const chunks = (reply.chunks ?? [reply.body ?? '']).map((text) => Buffer.from(text))
  const produced: HeaderFields = { ...copied(exchange.fields), ...reply.fields }
  const whole = reply.whole === true ? Buffer.concat(chunks) : undefined
  const departure = outcome.recorder.start(reply.status ?? 200, produced, whole)
  if (departure.recording) {
    for (const chunk of chunks) outcome.recorder.write(chunk)
    if (reply.cut === true) outcome.recorder.abort()
    else outcome.recorder.end(reply.trailers)
  }
  return depart(produced, departure, Buffer.concat(chunks), exchange.method === 'HEAD')
}

function depart(produced: HeaderFields, departure: Departure, body: Buffer, isHead: boolean): FakeResponse {
  const sent: Record<string, FieldValue> = { ...produced }
  for (const name of departure.remove) delete sent[name]
  for (const [name, value] of departure.set) sent[name] = value
  const { from, to } = departure.window ?? { from: 0, to: Infinity }
  const bytes = Buffer.from(departure.body ?? body).subarray(from, to)
  return { status: departure.status, fields: sent, body: isHead ? '' : bytes.toString() }
}
