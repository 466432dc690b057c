/** A handler that threw: whoever waits is let go, and a stored response may answer in its place (RFC 5861 §4). */
import type { Context } from 'koa'
import { fieldsOfResponse, type FieldValue, type HeaderFields, type ResponseRecorder } from '@forebay/core'
import { applyDeparture } from './departure.ts'
import { keepFieldsOnError } from './kept-fields.ts'
import { setFields } from './response-fields.ts'
import { whileUndecided } from './undecided.ts'

/**
 * Whether the recorder had something to send instead, which then stands on the context. The error's own response is made
 * outside the cache, by Koa or by a middleware of the app's, so it is never stored.
 */
export function captureFailure(ctx: Context, recorder: ResponseRecorder, error: unknown): boolean {
  if (ctx.headerSent) {
    recorder.abort()
    return false
  }
  const fields = { ...fieldsOfResponse(ctx.res), ...fieldsOf(error) }
  const departure = whileUndecided(ctx, () => recorder.start(statusOf(error), fields))
  if (departure.body === undefined) {
    // Only these of the departure's fields: the error's response is none that is known here.
    setFields(
      ctx,
      departure.set.filter(([name]) => name === 'cache-status'),
    )
    keepFieldsOnError(ctx)
  } else applyDeparture(ctx, departure, departure.body)
  if (departure.recording) recorder.abort()
  return departure.body !== undefined
}

/** The status that Koa answers an error with. */
function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { readonly status?: unknown; readonly statusCode?: unknown }
  const stated = status ?? statusCode
  return typeof stated === 'number' && Number.isInteger(stated) && stated >= 400 && stated <= 599
    ? stated
    : 500
}

function fieldsOf(error: unknown): HeaderFields {
  const headers: unknown = ((error ?? {}) as { readonly headers?: unknown }).headers
  const fields: Record<string, FieldValue> = {}
  if (typeof headers !== 'object' || headers === null) return fields
  for (const [name, value] of Object.entries(headers)) {
    fields[name.toLowerCase()] = Array.isArray(value) ? value.map(String) : String(value)
  }
  return fields
}
