/** Runs a request through the app again without a client, as a background refresh does. */
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { RequestFields } from '@forebay/core'

export interface Redispatch {
  /** Marks the new request; held by identity, so that no client can name it. */
  readonly token: object
  /** Changes to the request's fields; undefined removes one. */
  readonly fields: RequestFields
  /** Gives the request up. */
  readonly signal: AbortSignal
}

const tokens = new WeakMap<object, object>()

/** The token that a request was made with by `redispatch`; undefined for every client's. */
export function refreshTokenOf(request: FastifyRequest): object | undefined {
  return tokens.get(request.raw)
}

/** Resolves when the response is over, whole or not. Never rejects. */
export function redispatch(request: FastifyRequest, { token, fields, signal }: Redispatch): Promise<void> {
  const socket = new Nowhere(request)
  const req = requestLike(request, socket, fields)
  const res = new ServerResponse(req)
  tokens.set(req, token)
  res.assignSocket(socket as unknown as Socket)
  const giveUp = (): void => {
    socket.destroy()
  }
  return new Promise((over) => {
    res.once('finish', giveUp)
    socket.once('close', () => {
      signal.removeEventListener('abort', giveUp)
      over()
    })
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
    try {
      request.server.routing(req, res)
    } catch {
      giveUp()
    }
  })
}

/** The connection of a request that nobody waits for: what is written to it is gone. */
class Nowhere extends Duplex {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly encrypted: boolean

  constructor({ raw, ip }: FastifyRequest) {
    super()
    const socket = raw.socket as Socket & { readonly encrypted?: boolean }
    this.remoteAddress = socket.remoteAddress ?? ip
    this.remotePort = socket.remotePort
    this.encrypted = socket.encrypted === true
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done()
  }

  /** Servers set time limits on connections; this one has a deadline of its own. */
  setTimeout(): this {
    return this
  }
}

function requestLike(request: FastifyRequest, socket: Duplex, changes: RequestFields): IncomingMessage {
  const req = new IncomingMessage(socket as Socket)
  req.method = request.method
  req.url = request.originalUrl
  req.httpVersion = '1.1'
  req.httpVersionMajor = 1
  req.httpVersionMinor = 1
  req.headers = fieldsOf(request, changes)
  for (const [name, value] of Object.entries(req.headers)) {
    for (const line of Array.isArray(value) ? value : [value ?? '']) req.rawHeaders.push(name, line)
  }
  req.complete = true
  req.push(null)
  return req
}

function fieldsOf({ raw }: FastifyRequest, changes: RequestFields): RequestFields {
  const fields: RequestFields = {}
  for (const [name, value] of Object.entries({ ...raw.headers, ...changes })) {
    // What HTTP/2 puts in the place of the request line.
    if (value !== undefined && !name.startsWith(':')) fields[name] = value
  }
  const authority = raw.headers[':authority']
  if (fields['host'] === undefined && typeof authority === 'string') fields['host'] = authority
  return fields
}
