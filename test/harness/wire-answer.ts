/** A response as it came over the wire: nothing decoded, nothing followed. */
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'

export interface WireAnswer {
  readonly status: number
  readonly reason: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the response ended as its framing promised. */
  readonly complete: boolean
  readonly trailers: NodeJS.Dict<string>
  /** The statuses of the 1xx responses that came before. */
  readonly informational: readonly number[]
}

export function askWire(url: string, options: RequestOptions = {}): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const informational: number[] = []
    const outgoing = request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers,
          body: Buffer.concat(chunks),
          complete: response.complete,
          trailers: response.trailers,
          informational,
        }),
      )
    })
    outgoing.on('information', ({ statusCode }) => informational.push(statusCode))
    outgoing.on('error', reject)
    outgoing.end()
  })
}

const othersFields = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date', 'age', 'cache-status'])

/** The fields that a handler answers for: without those of the connection, of the moment and of the cache. */
export function handlerFields({ headers }: WireAnswer): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !othersFields.has(name)))
}
