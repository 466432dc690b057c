/** Runs what stands below the cache, and records what it answers. */
import type { Context, Next } from 'koa'
import { tapResponse, type ResponseRecorder } from '@forebay/core'
import { captureFailure } from './capture-failure.ts'
import { capture } from './capture.ts'
import { asNativeError } from './native-error.ts'

export async function recordDownstream(ctx: Context, next: Next, recorder: ResponseRecorder): Promise<void> {
  const untap = tapResponse(ctx.res, recorder)
  try {
    await next()
  } catch (error) {
    untap()
    if (!captureFailure(ctx, recorder, error)) throw error
    // Nobody above will meet this error: the app hears of it where it hears of every other.
    ctx.app.emit('error', asNativeError(error), ctx)
    return
  }
  if (isHandlersOwn(ctx)) return
  untap()
  try {
    await capture(ctx, recorder)
  } catch (error) {
    recorder.abort()
    throw error
  }
}

/** Whether the response is the handler's own doing, now or later: Koa sends nothing of it. */
function isHandlersOwn({ respond, res }: Context): boolean {
  return respond === false || res.headersSent || res.writableEnded
}
