/** Changes a context's fields, as long as its head has not left. */
import type { Context } from 'koa'
import type { FieldLine } from '@forebay/core'

/** Sets each field, replacing all lines of its name. Nothing happens once the head has left. */
export function setFields({ res }: Context, lines: readonly FieldLine[]): void {
  if (res.headersSent) return
  for (const line of lines) res.setHeader(line[0], line[1])
}

export function removeFields({ res }: Context, names: readonly string[]): void {
  if (res.headersSent) return
  for (const name of names) res.removeHeader(name)
}
