/** A body in whichever form a framework takes it, as bytes or as a Node stream. */
import { Readable } from 'node:stream'

export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly stream: Readable }

const noContent: Content = { kind: 'bytes', bytes: new Uint8Array() }

/**
 * The content of a string, bytes, a buffer, a Node or web stream, a Blob or a `Response`; `null` and `undefined` have none.
 * Undefined for anything else, and for a web stream or `Response` that is being read already.
 */
export function contentOf(body: unknown): Content | undefined {
  if (body === null || body === undefined) return noContent
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) }
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body }
  if (ArrayBuffer.isView(body)) {
    return { kind: 'bytes', bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }
  }
  if (body instanceof ArrayBuffer) return { kind: 'bytes', bytes: Buffer.from(body) }
  if (body instanceof Blob) return contentOf(body.stream())
  if (isResponse(body)) return body.bodyUsed ? undefined : contentOf(body.body)
  return streamed(body)
}

/** A `Response`, of another realm or of a polyfill too. */
export function isResponse(body: unknown): body is Response {
  return (
    typeof body === 'object' && body !== null && Object.prototype.toString.call(body) === '[object Response]'
  )
}

function streamed(body: unknown): Content | undefined {
  if (typeof body !== 'object') return undefined
  if (body instanceof ReadableStream) {
    return body.locked ? undefined : { kind: 'stream', stream: Readable.fromWeb(body as never) }
  }
  if (body instanceof Readable) return { kind: 'stream', stream: body }
  // A stream of another copy of Node's streams, or of their first version.
  const { pipe, on } = body as Readonly<Record<string, unknown>>
  if (typeof pipe !== 'function' || typeof on !== 'function') return undefined
  return { kind: 'stream', stream: new Readable().wrap(body as NodeJS.ReadableStream) }
}
