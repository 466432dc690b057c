/** Contexts whose response nothing in the app has made: Koa will, after everybody has had a turn. */
import type { Context } from 'koa'

const undecided = new WeakSet<Context>()

export function noteUndecided(ctx: Context): void {
  undecided.add(ctx)
}

export function isUndecided(ctx: Context): boolean {
  return undecided.has(ctx)
}
