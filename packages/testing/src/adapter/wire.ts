/** One request over a socket of its own, and the response as it came over the wire: nothing decoded, nothing followed. */
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'

export interface WireRequest {
  /** Default GET. */
  readonly method?: string
  readonly fields?: OutgoingHttpHeaders
  readonly body?: string
  /** The client leaves as soon as this resolves. */
  readonly leaveWhen?: Promise<unknown>
  /** The client leaves when it has read this many bytes of the body. */
  readonly leaveAfterBytes?: number
}

export interface WireResponse {
  /** 0 when the connection ended before a response began. */
  readonly status: number
  readonly fields: IncomingHttpHeaders
  readonly body: Buffer
  /** The body as text. */
  readonly text: string
  /** Whether the response ended as its framing promised. */
  readonly complete: boolean
}

const nothing: WireResponse = { status: 0, fields: {}, body: Buffer.alloc(0), text: '', complete: false }

/** Never rejects: a connection that breaks is an incomplete response. */
export function ask(url: string, wanted: WireRequest = {}): Promise<WireResponse> {
  return new Promise((resolve) => {
    const { method = 'GET', fields = {} } = wanted
    const outgoing = request(url, { method, headers: fields, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= (wanted.leaveAfterBytes ?? Infinity)) outgoing.destroy()
      })
      incoming.on('error', () => undefined)
      incoming.on('close', () => {
        const body = Buffer.concat(chunks)
        resolve({
          status: incoming.statusCode ?? 0,
          fields: incoming.headers,
          body,
          text: body.toString(),
          complete: incoming.complete,
        })
      })
    })
    outgoing.on('error', () => resolve(nothing))
    outgoing.on('close', () => resolve(nothing))
    void wanted.leaveWhen?.then(() => outgoing.destroy())
    outgoing.end(wanted.body)
  })
}
