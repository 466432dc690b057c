/** Runs a request through an app again without a client, as a background refresh does. */
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { RequestFields } from '../ports/http.ts'

export interface Redispatch {
  /** The request to be repeated. */
  readonly request: IncomingMessage
  /** Its method and target as received, where middleware has changed them since. */
  readonly method: string
  readonly target: string
  /** The client's address as the app knows it, where the connection is gone already. */
  readonly address: string | undefined
  /** Changes to the request's fields; undefined removes one. */
  readonly fields: RequestFields
  /** Marks the new request; held by identity, so that no client can name it. */
  readonly token: object
  /** Gives the request up. */
  readonly signal: AbortSignal
}

/** Handles a request as the app's server does. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse) => unknown

const tokens = new WeakMap<IncomingMessage, object>()

/** The token that a request was made with by `redispatch`; undefined for every client's. */
export function refreshTokenOf(request: IncomingMessage): object | undefined {
  return tokens.get(request)
}

/** Resolves when the response is over, whole or not. Never rejects. */
export function redispatch(call: Redispatch, dispatch: Dispatch): Promise<void> {
  const { signal } = call
  const socket = new Nowhere(call)
  const request = requestLike(call, socket)
  const response = new ServerResponse(request)
  tokens.set(request, call.token)
  response.assignSocket(socket as unknown as Socket)
  const giveUp = (): void => {
    socket.destroy()
  }
  return new Promise((over) => {
    response.once('finish', giveUp)
    socket.once('close', () => {
      signal.removeEventListener('abort', giveUp)
      over()
    })
    if (signal.aborted) {
      giveUp()
      return
    }
    signal.addEventListener('abort', giveUp, { once: true })
    // Whoever is being answered meanwhile comes first: a handler may take its time before it gives way.
    setImmediate(() => {
      try {
        if (!signal.aborted) Promise.resolve(dispatch(request, response)).catch(giveUp)
      } catch {
        giveUp()
      }
    })
  })
}

/** The connection of a request that nobody waits for: what is written to it is gone. */
class Nowhere extends Duplex {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly encrypted: boolean

  constructor({ request, address }: Redispatch) {
    super()
    const socket = request.socket as Socket & { readonly encrypted?: boolean }
    this.remoteAddress = socket.remoteAddress ?? address
    this.remotePort = socket.remotePort
    this.encrypted = socket.encrypted === true
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done()
  }

  /** A handler that fails destroys the response with its error; of a server's connection, the server hears that. */
  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    done()
  }

  /** Servers set time limits on connections; this one has a deadline of its own. */
  setTimeout(): this {
    return this
  }
}

function requestLike({ request, method, target, fields }: Redispatch, socket: Duplex): IncomingMessage {
  const repeated = new IncomingMessage(socket as Socket)
  repeated.method = method
  repeated.url = target
  repeated.httpVersion = '1.1'
  repeated.httpVersionMajor = 1
  repeated.httpVersionMinor = 1
  repeated.headers = fieldsOf(request, fields)
  for (const [name, value] of Object.entries(repeated.headers)) {
    for (const line of Array.isArray(value) ? value : [value ?? '']) repeated.rawHeaders.push(name, line)
  }
  repeated.complete = true
  repeated.push(null)
  return repeated
}

function fieldsOf({ headers }: IncomingMessage, changes: RequestFields): RequestFields {
  const fields: RequestFields = {}
  for (const [name, value] of Object.entries({ ...headers, ...changes })) {
    // What HTTP/2 puts in the place of the request line.
    if (value !== undefined && !name.startsWith(':')) fields[name] = value
  }
  const authority = headers[':authority']
  if (fields['host'] === undefined && typeof authority === 'string') fields['host'] = authority
  return fields
}
