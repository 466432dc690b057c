/** Bodies that come piece by piece: recorded as Koa reads them, at Koa's pace. */
import { Readable, Stream } from 'node:stream'
import type { Context } from 'koa'
import { fieldsOfResponse, contentOf, recordStream, type ResponseRecorder } from '@forebay/core'
import { sendsNoContent, sendsWebBodies } from './content.ts'
import { applyDeparture } from './departure.ts'

export async function captureStream(ctx: Context, recorder: ResponseRecorder, source: object): Promise<void> {
  const departure = recorder.start(ctx.status, fieldsOfResponse(ctx.res))
  if (ctx.method === 'HEAD') {
    if (departure.recording) recorder.end()
    leaveUnread(ctx, source)
    applyDeparture(ctx, departure, undefined)
    return
  }
  const leavesOtherwise = departure.body !== undefined || sendsNoContent(departure.status)
  if (departure.recording || (departure.window !== undefined && !leavesOtherwise)) {
    const recorded = recordStream(readableOf(source), recorder, departure)
    // The client is served without this body, the store is not: it is read to its end before Koa lets go of it.
    if (leavesOtherwise) await drain(recorded)
    else replaceBody(ctx, recorded)
  } else if (leavesOtherwise) {
    cancelWebStream(source)
  }
  applyDeparture(ctx, departure, departure.body)
}

/** @throws TypeError for a web stream that somebody is reading already, as Koa would when it sends. */
function readableOf(source: object): Readable {
  const content = contentOf(source)
  if (content === undefined) throw new TypeError('ctx.body is a stream that is being read already')
  return content.kind === 'stream' ? content.stream : Readable.from([content.bytes])
}

function replaceBody(ctx: Context, recorded: Readable): void {
  const ours = recorded.listeners('error')
  setStream(ctx, recorded)
  if (!sendsWebBodies(ctx)) cutOffOnError(ctx, recorded, ours)
}

/** Puts `stream` in the place of the body, under the same type and length. */
function setStream(ctx: Context, stream: Readable): void {
  const { res } = ctx
  const type = res.getHeader('content-type')
  const length = res.getHeader('content-length')
  ctx.body = stream
  if (res.headersSent) return
  if (type === undefined) res.removeHeader('content-type')
  if (length !== undefined) res.setHeader('content-length', length)
}

/**
 * Version 2 hears of a failure from the handler's stream already, and then leaves the client waiting for the rest; version
 * 3 breaks the connection.
 */
function cutOffOnError({ res }: Context, stream: Readable, listeners: readonly unknown[]): void {
  const koas = stream.listeners('error').filter((listener) => !listeners.includes(listener))
  for (const listener of koas) stream.off('error', listener as () => void)
  stream.on('error', () => {
    // Where nothing had left yet, Koa has answered by now.
    if (res.headersSent && !res.writableEnded) res.destroy()
  })
}

/** A response to HEAD: Koa destroys Node's streams itself, but takes a web stream for JSON of two bytes. */
function leaveUnread(ctx: Context, source: object): void {
  if (source instanceof Stream || source instanceof Blob) return
  setStream(ctx, Readable.from([]))
  cancelWebStream(source)
}

function cancelWebStream(source: object): void {
  const stream = source instanceof Response ? source.body : source
  if (stream instanceof ReadableStream && !stream.locked) stream.cancel().catch(() => undefined)
}

function drain(stream: Readable): Promise<void> {
  return new Promise((drained) => {
    stream.on('error', () => undefined)
    stream.on('close', drained)
    stream.resume()
  })
}
