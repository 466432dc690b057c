/** What Koa is about to send of a context, read as its own `respond` reads it. */
import { Stream } from 'node:stream'
import type { Context } from 'koa'

export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly source: object }
  /** Nothing yet: a middleware outside may answer still, otherwise Koa sends the status in words. */
  | { readonly kind: 'undecided' }

const noContent: Content = { kind: 'bytes', bytes: Buffer.alloc(0) }
const undecided: Content = { kind: 'undecided' }

export function contentOf(ctx: Context): Content {
  const body: unknown = ctx.body
  if (sendsNoContent(ctx.status)) return noContent
  if (body === null || body === undefined) return saidNoBody(ctx) ? noContent : undecided
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) }
  if (Buffer.isBuffer(body)) return { kind: 'bytes', bytes: body }
  if (isStreamed(ctx, body)) return { kind: 'stream', source: body }
  return jsonOf(body)
}

/** Koa drops the body, and the fields that describe it, of these. */
export function sendsNoContent(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

/** Version 3 sends Blobs, web streams and Responses, version 2 would make JSON of them. */
export function sendsWebBodies(ctx: Context): boolean {
  // `ctx.back` came with version 3.
  return 'back' in ctx
}

/** Whether the handler said `ctx.body = null`: then Koa sends no content, whatever the status. */
function saidNoBody(ctx: Context): boolean {
  const { response } = ctx as { readonly response: { readonly _explicitNullBody?: boolean } }
  return response._explicitNullBody === true
}

function isStreamed(ctx: Context, body: unknown): body is object {
  if (body instanceof Stream) return true
  if (!sendsWebBodies(ctx)) return false
  if (body instanceof Blob || body instanceof ReadableStream || body instanceof Response) return true
  return isLikeStream(body)
}

/** A stream of another copy of Node's streams. */
function isLikeStream(body: unknown): boolean {
  const { pipe, read, destroy } = body as Readonly<Record<string, unknown>>
  return typeof pipe === 'function' && typeof read === 'function' && typeof destroy === 'function'
}

function jsonOf(body: unknown): Content {
  try {
    const text: unknown = JSON.stringify(body)
    if (typeof text === 'string') return { kind: 'bytes', bytes: Buffer.from(text) }
  } catch {
    // Koa will meet the same error when it sends, and answer it as it answers every error.
  }
  return undecided
}
