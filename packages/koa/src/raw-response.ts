/** Handlers that write to `ctx.res` themselves: Koa never sees what they send, so their response is tapped. */
import type { Context } from 'koa'
import { tapResponse, type Departure, type HeaderFields, type ResponseRecorder } from '@forebay/core'

/**
 * Stands between the tap of the raw response and the recorder. While the handler runs, whatever leaves is its own doing;
 * after `release`, what leaves is Koa sending a context that was recorded already.
 */
export class RawResponse implements ResponseRecorder {
  readonly #ctx: Context
  readonly #recorder: ResponseRecorder
  #isReleased = false

  constructor(ctx: Context, recorder: ResponseRecorder) {
    this.#ctx = ctx
    this.#recorder = recorder
    tapResponse(ctx.res, this)
  }

  /** Whether the response is the handler's own doing, now or later. */
  get isTaken(): boolean {
    return this.#ctx.respond === false || this.#ctx.res.headersSent || this.#ctx.res.writableEnded
  }

  release(): void {
    this.#isReleased = true
  }

  start(status: number, fields: HeaderFields, wholeBody?: Uint8Array): Departure {
    if (!this.#isReleased) return this.#recorder.start(status, fields, wholeBody)
    return { status, set: [], remove: [], window: undefined, body: undefined, recording: false }
  }

  write(chunk: Uint8Array): void {
    if (!this.#isReleased) this.#recorder.write(chunk)
  }

  end(trailers?: boolean): void {
    if (!this.#isReleased) this.#recorder.end(trailers)
  }

  abort(): void {
    if (!this.#isReleased) this.#recorder.abort()
  }
}
