/** Runs what stands below the cache, and records what it answers. */
import type { Context, Next } from 'koa'
import type { ResponseRecorder } from '@forebay/core'
import { captureFailure } from './capture-failure.ts'
import { capture } from './capture.ts'
import { asNativeError } from './native-error.ts'
import { RawResponse } from './raw-response.ts'

export async function recordDownstream(ctx: Context, next: Next, recorder: ResponseRecorder): Promise<void> {
  const raw = new RawResponse(ctx, recorder)
  try {
    await next()
  } catch (error) {
    raw.release()
    if (!captureFailure(ctx, recorder, error)) throw error
    // Nobody above will meet this error: the app hears of it where it hears of every other.
    ctx.app.emit('error', asNativeError(error), ctx)
    return
  }
  if (raw.isTaken) return
  raw.release()
  try {
    await capture(ctx, recorder)
  } catch (error) {
    recorder.abort()
    throw error
  }
}
