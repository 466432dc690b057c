/** Contexts whose response nothing in the app has made: Koa will, after everybody has had a turn. */
import type { Context } from 'koa'

const undecided = new WeakSet<Context>()

/** Runs `ask` as long as nobody has made a response; somebody further out may make one yet. */
export function whileUndecided<T>(ctx: Context, ask: () => T): T {
  undecided.add(ctx)
  try {
    return ask()
  } finally {
    undecided.delete(ctx)
  }
}

export function isUndecided(ctx: Context): boolean {
  return undecided.has(ctx)
}
