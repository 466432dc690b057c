/** Puts a response that the core holds on the context, from where Koa and the middlewares outside send it. */
import type { Context } from 'koa'
import type { HttpResponse, ReusedResponse } from '@forebay/core'
import { sendsNoContent } from './content.ts'
import { setFields } from './response-fields.ts'

const noBytes = Buffer.alloc(0)

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
  if (sendsNoContent(status)) ctx.status = status
  // Before the body: Koa looks a type up for a body that has none.
  setFields(ctx, fields)
  if (body !== undefined) setBytes(ctx, body)
  // Without a body Koa would send the status in words.
  else if (ctx.method !== 'HEAD' && !sendsNoContent(status)) setBytes(ctx, noBytes)
  // After the body, which has set it in most cases.
  if (ctx.status !== status) ctx.status = status
}

/** Makes `bytes` the body, leaving the type as it stands, and none where there is none. */
export function setBytes(ctx: Context, bytes: Uint8Array): void {
  const { res } = ctx
  const typed = res.hasHeader('content-type')
  ctx.body = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!typed && !res.headersSent) res.removeHeader('content-type')
}
