/** The fields of limiters and caches outlive `ctx.throw`: Koa's error handler drops every field but those that the error brings. */
import type { Context } from 'koa'
import { asNativeError } from './native-error.ts'

type OnError = (this: Context, error: Error | null | undefined) => void

const inherited = Symbol('forebay.onerror')

interface KeptContext {
  [inherited]: OnError | undefined
  onerror: OnError
}

/**
 * Lets the limiter's and the cache's fields of this response stand when Koa answers an error itself. Done where Koa asks, on the context, so
 * that a request that fails nowhere pays nothing, and an error middleware of the app's own still sees the error as thrown.
 */
export function keepFieldsOnError(ctx: Context): void {
  const kept = ctx as unknown as KeptContext
  if (kept[inherited] !== undefined) return
  kept[inherited] = kept.onerror
  kept.onerror = onerror
}

function onerror(this: Context, error: Error | null | undefined): void {
  const handle = (this as unknown as KeptContext)[inherited] as OnError
  // Koa calls with nothing when a response is over.
  const isAnswerable = error !== null && error !== undefined && !this.headerSent && this.writable
  const fields = isAnswerable ? ownFields(this) : undefined
  if (fields === undefined) handle.call(this, error)
  else handleWithFields({ ctx: this, handle, error, fields })
}

interface Handling {
  readonly ctx: Context
  readonly handle: OnError
  readonly error: unknown
  readonly fields: Readonly<Record<string, unknown>>
}

function handleWithFields({ ctx, handle, error, fields }: Handling): void {
  const carrier = carrierOf(error)
  const before = Object.getOwnPropertyDescriptor(carrier, 'headers')
  const value = mergedFields(fields, carrier.headers)
  Object.defineProperty(carrier, 'headers', { value, configurable: true, enumerable: true, writable: true })
  try {
    handle.call(ctx, carrier)
  } finally {
    // The app may throw the same error object for every client: one client's numbers must not stay on it.
    if (before === undefined) delete carrier.headers
    else Object.defineProperty(carrier, 'headers', before)
  }
}

interface Carrier extends Error {
  headers?: unknown
}

/** The error itself where it can be given fields for a moment, otherwise one that stands for it. */
function carrierOf(error: unknown): Carrier {
  const native: Carrier & { readonly status?: unknown } = asNativeError(error)
  const headers = Object.getOwnPropertyDescriptor(native, 'headers')
  if (Object.isExtensible(native) && headers?.configurable !== false) return native
  // Koa writes the status on the error it handles, which a frozen one would answer with a throw.
  const status = { value: native.status, configurable: true, writable: true }
  return Object.create(native, { status }) as Carrier
}

function ownFields(ctx: Context): Record<string, unknown> | undefined {
  let fields: Record<string, unknown> | undefined
  for (const name of ctx.res.getHeaderNames()) {
    if (isOwn(name)) {
      fields ??= Object.create(null) as Record<string, unknown>
      fields[name] = ctx.res.getHeader(name)
    }
  }
  return fields
}

function isOwn(name: string): boolean {
  return name.startsWith('ratelimit') || name.startsWith('x-ratelimit') || name === 'cache-status'
}

/** What the app gave its error stands; ours only where it gave nothing. */
function mergedFields(ours: Readonly<Record<string, unknown>>, theirs: unknown): Record<string, unknown> {
  if (typeof theirs !== 'object' || theirs === null) return ours
  const named = new Set(Object.keys(theirs).map((name) => name.toLowerCase()))
  const merged: Record<string, unknown> = { ...theirs }
  for (const name in ours) if (!named.has(name)) merged[name] = ours[name]
  return merged
}
