/** Changes a context to what the recorder says leaves in place of what the handler produced. */
import type { Context } from 'koa'
import type { Departure } from '@forebay/core'
import { sendsNoContent } from './content.ts'
import { removeFields, setFields } from './response-fields.ts'
import { setBytes } from './send-response.ts'

/** @param content the bytes to send where they are not the handler's own body as it stands. */
export function applyDeparture(ctx: Context, departure: Departure, content: Uint8Array | undefined): void {
  // First: Koa takes body and content fields away at a status that has none.
  if (ctx.status !== departure.status) ctx.status = departure.status
  if (content !== undefined && !sendsNoContent(departure.status)) setBytes(ctx, content)
  removeFields(ctx, departure.remove)
  setFields(ctx, departure.set)
}
