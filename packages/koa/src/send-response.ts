/** Puts a response that the core holds on the context, from where Koa and the middlewares outside send it. */
import type { Context } from 'koa'
import type { HttpResponse, ReusedResponse } from '@forebay/core'
import { sendsNoContent } from './content.ts'
import { setFields } from './response-fields.ts'

const noBytes = Buffer.alloc(0)

/** What Koa's own setters write to, in every version so far. */
interface ResponseState {
  _body: unknown
  _explicitStatus: boolean
}

/** A stored response, with the age and the cache status of this reuse. */
export function sendReused(ctx: Context, response: ReusedResponse): void {
  sendResponse(ctx, response)
  const { res } = ctx
  if (res.headersSent) return
  if (response.age !== undefined) res.setHeader('age', response.age)
  if (response.cacheStatus !== undefined) res.setHeader('cache-status', response.cacheStatus)
}

export function sendResponse(ctx: Context, response: HttpResponse): void {
  const { status, fields, body } = response
  // Without a body Koa would send the status in words.
  const needsBody = ctx.request.method !== 'HEAD' && !sendsNoContent(status)
  if (ctx.res.headersSent || !putAtOnce(ctx, status, needsBody ? asBuffer(body ?? noBytes) : undefined)) {
    ctx.status = status
    if (needsBody) setBytes(ctx, body ?? noBytes)
  }
  setFields(ctx, fields)
}

/**
 * Status and body without Koa's setters, which work out type, length and reason that a finished response brings with it:
 * that is a fifth of the cost of a hit. Says false, having changed nothing that the setters do not change, where Koa would
 * not see it, or where a middleware outside has put something there that the setters take away.
 */
function putAtOnce(ctx: Context, status: number, body: Buffer | undefined): boolean {
  const { res, response } = ctx
  if (res.statusMessage || (response.body !== undefined && response.body !== null)) return false
  const state = response as unknown as ResponseState
  res.statusCode = status
  state._explicitStatus = true
  if (body === undefined) return true
  state._body = body
  const shown: unknown = ctx.body
  return shown === body
}

/** Makes `bytes` the body, leaving the type as it stands, and none where there is none. */
export function setBytes(ctx: Context, bytes: Uint8Array): void {
  const { res } = ctx
  const typed = res.hasHeader('content-type')
  ctx.body = asBuffer(bytes)
  if (!typed && !res.headersSent) res.removeHeader('content-type')
}

/** Koa would make JSON of any other array of bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
