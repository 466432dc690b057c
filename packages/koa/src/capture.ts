/** Shows the recorder what a handler left on the context, and lets leave what the recorder says. */
import type { Context } from 'koa'
import { fieldsOfResponse, type Departure, type ResponseRecorder } from '@forebay/core'
import { captureStream } from './capture-stream.ts'
import { contentOf, sendsNoContent } from './content.ts'
import { applyDeparture } from './departure.ts'
import { setBytes } from './send-response.ts'
import { whileUndecided } from './undecided.ts'

/** To be called when everything inside the cache is done and nothing has left yet. */
export function capture(ctx: Context, recorder: ResponseRecorder): Promise<void> | undefined {
  const content = contentOf(ctx)
  if (content.kind === 'stream') return captureStream(ctx, recorder, content.source)
  if (content.kind === 'bytes') captureBytes(ctx, recorder, content.bytes)
  else captureUndecided(ctx, recorder)
  return undefined
}

function captureBytes(ctx: Context, recorder: ResponseRecorder, bytes: Buffer): void {
  settleBody(ctx, bytes)
  const isHead = ctx.method === 'HEAD'
  const departure = recorder.start(ctx.status, fieldsOfResponse(ctx.res), isHead ? undefined : bytes)
  if (departure.recording) {
    if (!isHead && bytes.byteLength > 0) recorder.write(bytes)
    recorder.end()
  }
  letLeave(ctx, departure, bytes)
}

/**
 * Puts the body on the context as the bytes that Koa would make of it: so they are made once, and what stands outside the
 * cache finds the same kind of body on a miss as on a hit.
 */
function settleBody(ctx: Context, bytes: Buffer): void {
  const { res } = ctx
  const body: unknown = ctx.body
  if (res.headersSent || body === bytes) return
  if (sendsNoContent(ctx.status) || body === null || body === undefined) {
    // What Koa itself takes away when it sends a response without content.
    for (const name of ['content-type', 'content-length', 'transfer-encoding']) res.removeHeader(name)
    if (sendsNoContent(ctx.status) || ctx.method === 'HEAD') return
  }
  const length = res.getHeader('content-length')
  setBytes(ctx, bytes)
  if (length !== undefined) res.setHeader('content-length', length)
}

function letLeave(ctx: Context, departure: Departure, bytes: Buffer): void {
  const { window } = departure
  const changed =
    departure.body ?? (window === undefined ? undefined : bytes.subarray(window.from, window.to))
  applyDeparture(ctx, departure, changed)
}

/** What will leave is not known here, and the exchange says so: it is neither stored nor shared. */
function captureUndecided(ctx: Context, recorder: ResponseRecorder): void {
  const departure = whileUndecided(ctx, () => recorder.start(ctx.status, fieldsOfResponse(ctx.res)))
  if (departure.recording) recorder.abort()
  applyDeparture(ctx, departure, departure.body)
}
